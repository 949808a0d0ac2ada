"""Usable by everybody: axe in every state, the keyboard alone, large text, small windows, quiet announcements."""

import json

import pytest
from playwright.async_api import expect

from tests.e2e.widget.page import FEE_TEXT, FEE_TITLE, LANGUAGES, QUESTION, operator_of, waiting

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH = pytest.mark.parametrize("language", LANGUAGES)

# In pixels: targets smaller than 44, text smaller than 16, and whether anything must be scrolled sideways.
MEASURES = """() => {
    const root = document.querySelector("jauap-chat").shadowRoot;
    const seen = [...root.querySelectorAll("*")].filter((e) => e.checkVisibility());
    const small = seen.filter((e) => e.matches("button, .grade, textarea, .sources a")).filter((e) => {
        const { width, height } = e.getBoundingClientRect();
        return width < 44 || height < 44;
    });
    const tiny = seen.filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16);
    const wide = [".log", ".panel", ".asides"].map((name) => root.querySelector(name));
    return {
        small: small.map((e) => e.outerHTML),
        tiny: tiny.map((e) => e.outerHTML),
        sideways: wide.filter((e) => e && e.scrollWidth > e.clientWidth).map((e) => e.className),
    };
}"""
FOCUS = """() => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    const { left, top, right, bottom } = focused.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2];
    const hit = focused.getRootNode().elementFromPoint(x, y);
    const whole = top > -1 && bottom < innerHeight + 1 && left > -1 && right < innerWidth + 1;
    return {
        what: focused.className || focused.localName,
        seen: (whole || focused.matches(".log")) && Boolean(hit) && (focused.contains(hit) || hit.contains(focused)),
    };
}"""


@BOTH
@pytest.mark.parametrize("size", [(1280, 800), (320, 568)])
async def test_every_state_is_accessible(visit, accessible, service, eventually, language, size):
    width, height = size
    # axe itself puts styles in the page, which its Content-Security-Policy would report
    widget = await visit(language, viewport={"width": width, "height": height}, bypass_csp=True)

    async def fine():
        await accessible(widget.page, "jauap-chat")
        assert await widget.page.evaluate(MEASURES) == {"small": [], "tiny": [], "sideways": []}

    await expect(widget.launcher).to_be_visible()
    await fine()
    await widget.open()
    await fine()
    await widget.page.route("**/api/v1/**", lambda route: route.abort())
    await widget.ask(QUESTION[language])
    await expect(widget.status).to_have_text(widget.say("offline"), timeout=15_000)
    await expect(widget.panel.get_by_role("button", name=widget.say("retry"))).to_be_visible()
    await fine()
    await widget.page.unroute("**/api/v1/**")
    await widget.panel.get_by_role("button", name=widget.say("retry")).press("Enter")
    await expect(widget.messages("bot")).to_have_count(2)
    await fine()
    refusal = json.dumps({"error": {"code": "invalid", "message": "Жоқ. Нет."}})
    await widget.page.route("**/messages", lambda route: route.fulfill(status=422, body=refusal))
    await widget.ask("?")
    await expect(widget.messages("citizen").last).to_contain_text("Жоқ. Нет.")
    await widget.page.unroute("**/messages")
    await widget.button("menu").click()
    await fine()
    await widget.button("erase").click()
    await fine()
    await widget.button("erase_no").click()
    await widget.button("large").click()
    await fine()
    await widget.button("large").click()
    await widget.button("call_operator").click()
    await expect(widget.button("leave_queue")).to_be_visible()
    await fine()
    conversation = await eventually(lambda: waiting(service))
    operator = await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await service.conversations.write(conversation.id, operator, key="1", text="Сәлеметсіз бе!")
    await expect(widget.messages("operator")).to_be_visible()
    await fine()
    await service.conversations.close(conversation.id, operator, "answered")
    await expect(widget.button("rating_send")).to_be_visible()
    await fine()
    await widget.page.route("**/rating", lambda route: route.abort())
    await widget.panel.get_by_role("radio", name="3").check()
    await widget.button("rating_send").click()
    await expect(widget.panel.get_by_role("alert")).to_be_visible()
    await fine()


@BOTH
async def test_the_keyboard_alone_is_enough(visit, service, language):
    widget = await visit(language)
    await expect(widget.launcher).to_be_visible()
    await widget.launcher.focus()
    press = widget.page.keyboard.press
    await press("Enter")
    await expect(widget.input).to_be_focused()
    await widget.page.keyboard.type(QUESTION[language])
    await press("Enter")
    choice = widget.panel.get_by_role("button", name=FEE_TITLE[language])
    await expect(choice).to_be_visible()
    await press("Shift+Tab")
    await expect(widget.button("call_operator")).to_be_focused()
    await press("Shift+Tab")
    await expect(choice).to_be_focused()
    await press("Space")
    await expect(widget.messages("bot").last).to_contain_text(FEE_TEXT[language])
    await expect(widget.input).to_be_focused()
    menu = widget.button("menu")
    for _ in range(20):
        await press("Shift+Tab")
        if await menu.evaluate("button => button.getRootNode().activeElement === button"):
            break
    await expect(menu).to_be_focused()
    await press("Enter")
    await expect(menu).to_have_attribute("aria-expanded", "true")
    await press("Escape")  # closes the menu only
    await expect(menu).to_have_attribute("aria-expanded", "false")
    await expect(menu).to_be_focused()
    await press("Enter")
    await press("Tab")  # the button that closes the chat
    await press("Tab")
    await expect(widget.button("rate")).to_be_focused()
    await press("Enter")
    await expect(widget.panel.get_by_role("radio", name="1")).to_be_focused()
    await press("ArrowRight")
    await expect(widget.panel.get_by_role("radio", name="2")).to_be_checked()
    for _ in range(3):
        await press("Tab")  # comment, later, send
    await expect(widget.button("rating_send")).to_be_focused()
    await press("Enter")
    await expect(widget.log.get_by_text(widget.say("rating_thanks"))).to_be_visible()
    await expect(widget.input).to_be_focused()
    await press("Escape")
    await expect(widget.panel).to_be_hidden()
    await expect(widget.launcher).to_be_focused()
    (rated,) = await service.conversations.find()
    assert rated.stars == 2


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("size", [(320, 256), (320, 568), (844, 390)])  # the first is 1280 × 1024 at 400 %
async def test_nothing_that_has_the_focus_is_hidden_in_a_small_window(visit, size, large):
    width, height = size
    widget = await visit("kk", viewport={"width": width, "height": height})
    await widget.open()
    if large:
        await widget.button("large").click()
        await expect(widget.button("large")).to_have_attribute("aria-pressed", "true")
        await widget.input.focus()
    assert await widget.page.evaluate(FOCUS) == {"what": "textarea", "seen": True}
    await widget.answered()
    await widget.button("menu").click()
    seen = set()
    for _ in range(25):
        await widget.page.keyboard.press("Tab")
        focus = await widget.page.evaluate(FOCUS)
        if focus["what"] == "body":  # on its way round through the browser's own window
            continue
        assert focus["seen"], focus
        seen.add(focus["what"])
    assert {"entry", "log", "textarea", "choice", "plain operator", "primary square", "quiet square"} <= seen
    measures = await widget.page.evaluate(MEASURES)
    assert measures == {"small": [], "tiny": [], "sideways": []}


@BOTH
async def test_large_text_and_plain_words_are_one_press_away_and_kept(visit, dialogue, language):
    widget = await visit(language)
    await widget.open()
    await widget.answered()
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert await widget.messages("bot").first.evaluate(size) == 16
    await widget.button("large").click()
    assert await widget.messages("bot").first.evaluate(size) == 22
    await widget.ask(QUESTION[language])
    await expect(widget.messages("bot")).to_have_count(3)
    await widget.page.reload()
    await widget.open()
    await expect(widget.button("large")).to_have_attribute("aria-pressed", "true")
    await widget.ask(QUESTION[language])
    await expect(widget.messages("bot")).to_have_count(4)
    await widget.button("large").click()
    await expect(widget.button("large")).to_have_attribute("aria-pressed", "false")
    await widget.ask(QUESTION[language])
    await expect(widget.messages("bot")).to_have_count(5)
    assert dialogue.plain == [False, True, True, False]


@BOTH
async def test_in_the_large_mode_three_choices_are_shown_and_the_others_on_demand(visit, language):
    widget = await visit(language)
    await widget.open()
    await widget.button("greeting_services").click()
    await expect(widget.choices).to_have_text(["1", "2", "3", "4", "5", "6"])
    await widget.button("large").click()
    await expect(widget.choices).to_have_text(["1", "2", "3", widget.say("more_choices")])
    await widget.choices.last.press("Enter")
    await expect(widget.choices).to_have_text(["1", "2", "3", "4", "5", "6"])
    await expect(widget.choices.nth(3)).to_be_focused()
    await widget.button("large").click()
    await expect(widget.choices).to_have_count(6)


async def test_arriving_messages_leave_the_focus_where_it_is(visit, service, eventually):
    widget = await visit("ru")
    await widget.open()
    await widget.answered()
    await widget.button("call_operator").click()
    conversation = await eventually(lambda: waiting(service))
    operator = await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await expect(widget.status).to_have_text(widget.say("mode_operator"))
    link = widget.log.locator(".sources a").first
    places = {"link": link, "input": widget.input, "close": widget.button("close")}
    for key, place in places.items():
        await place.focus()
        await service.conversations.write(conversation.id, operator, key=key, text=f"сообщение {key}")
        await expect(widget.log.get_by_text(f"сообщение {key}")).to_be_attached()
        await expect(place).to_be_focused()
    await widget.input.fill("пишу и")
    await service.conversations.close(conversation.id, operator, "answered")
    await expect(widget.button("rating_send")).to_be_visible()
    await expect(widget.input).to_have_value("пишу и")


async def test_a_button_that_goes_away_under_the_focus_hands_it_to_the_input(visit, service, eventually):
    widget = await visit("ru")
    await widget.open()
    await widget.button("call_operator").click()
    await expect(widget.button("leave_queue")).to_be_visible()
    await widget.button("leave_queue").focus()
    conversation = await eventually(lambda: waiting(service))
    await service.conversations.claim(conversation.id, await operator_of(service))
    await expect(widget.button("leave_queue")).to_be_hidden()
    await expect(widget.input).to_be_focused()


@BOTH
async def test_the_log_is_there_before_the_first_message_and_every_message_names_its_language(visit, language):
    widget = await visit(language)
    await widget.open()
    await expect(widget.log).to_have_attribute("aria-live", "polite")
    await expect(widget.log).to_have_accessible_name(widget.say("log"))
    await expect(widget.messages("citizen")).to_have_count(0)
    await widget.answered()
    await widget.ask(QUESTION["kk"])
    await expect(widget.messages("bot")).to_have_count(3)
    languages = await widget.log.locator(".message").evaluate_all("all => all.map((each) => each.lang)")
    assert len(languages) == 5
    assert set(languages) <= {"ru", "kk"}
    assert languages[-1] == "kk"
    # A status is told beside the log, never as a message in it.
    assert await widget.log.get_by_role("status").count() == 0
    await expect(widget.status).to_have_text(widget.say("mode_bot"))


async def test_reduced_motion_and_forced_colours_are_respected(visit, dialogue):
    widget = await visit("ru", reduced_motion="reduce", forced_colors="active")
    await expect(widget.launcher).to_be_visible()
    await widget.open()
    dialogue.gate.clear()
    await widget.ask(QUESTION["ru"])
    dots = widget.panel.locator(".typing span").first
    await expect(dots).to_be_visible()
    style = "(element, name) => getComputedStyle(element)[name]"
    assert await dots.evaluate(style, "animationName") == "none"
    for seen in (widget.messages("citizen").last, widget.button("call_operator"), widget.button("large")):
        assert await seen.evaluate(style, "borderTopStyle") == "solid"
        colours = [await seen.evaluate(style, name) for name in ("borderTopColor", "backgroundColor")]
        assert colours[0] != colours[1]
    background = await widget.button("large").evaluate(style, "backgroundColor")
    await widget.button("large").click()
    assert await widget.button("large").evaluate(style, "backgroundColor") != background  # pressed is seen
    dialogue.gate.set()
    await expect(widget.messages("bot")).to_have_count(2)
