/* The drawings on buttons: lines within 24 × 24. */

export const CLOSE = "M6 6l12 12M18 6L6 18";
export const MENU = "M5 6h14M5 12h14M5 18h14";
export const SEND = "M12 20V5M5 12l7-7 7 7";
