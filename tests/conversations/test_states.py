import pytest

from bot.conversations import Act, ForbiddenTransition, State
from bot.conversations.states import TRANSITIONS, next_state

# Rows: the state before; columns: what each act leads to. «-» is forbidden.
TABLE = """
            hand_over  leave_queue  claim     transfer  return  close   reroute  vanish   lapse   write
bot         waiting    -            -         -         -       -       -        -        -       bot
waiting     -          bot          operator  -         -       closed  -        -        -       waiting
operator    -          -            -         operator  bot     closed  waiting  waiting  closed  operator
closed      -          -            -         -         -       -       -        -        -       bot
"""


def cells():
    head, *rows = (line.split() for line in TABLE.strip().splitlines())
    for state, *targets in rows:
        for act, target in zip(head, targets, strict=True):
            yield State(state), Act(act), target


@pytest.mark.parametrize(("state", "act", "target"), list(cells()))
def test_each_act_leads_where_the_table_says(state, act, target):
    if target == "-":
        with pytest.raises(ForbiddenTransition):
            next_state(state, act)
    else:
        assert next_state(state, act) is State(target)


def test_the_table_names_every_state_and_act():
    assert {(state, act) for state, act, _ in cells()} == {(state, act) for state in State for act in Act}
    assert len(TRANSITIONS) == sum(target != "-" for _, _, target in cells())
