"""Operators: their accounts, HTTP interface and console."""
