"""Nothing is lost and nothing is sent twice: reloads, several tabs, lost connections, a service that is away."""

import json

import pytest
from playwright.async_api import expect

from tests.e2e.widget.page import QUESTION, TEXT, Widget, application, operator_of, waiting
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_after_a_reload_the_conversation_goes_on_without_being_read_aloud(visit):
    widget = await visit("ru")
    await widget.open()
    await widget.answered()
    await widget.page.reload()
    await widget.page.evaluate(
        """() => new Promise((done) => {
            const root = document.querySelector("jauap-chat").shadowRoot;
            const look = () => {
                const log = root.querySelector(".log");
                if (!log?.querySelector(".citizen")) return setTimeout(look, 5);
                window.live = log.getAttribute("aria-live");
                done();
            };
            look();
        })"""
    )
    assert await widget.page.evaluate("window.live") == "off"
    await widget.open()
    await expect(widget.messages("citizen")).to_have_count(1)
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.ask("а дальше?")
    await expect(widget.messages("bot")).to_have_count(3)
    await expect(widget.messages("citizen")).to_have_count(2)
    await expect(widget.log).to_have_attribute("aria-live", "polite")


async def test_a_conversation_that_the_service_no_longer_knows_begins_anew(visit, service, eventually):
    widget = await visit("ru")
    await widget.open()
    await widget.answered()
    (old,) = await service.conversations.find()
    await service.conversations.erase(old.id)
    await widget.ask("снова")

    async def anew():
        return [conversation.id for conversation in await service.conversations.find()]

    (new,) = await eventually(anew, 15)
    assert new != old.id
    await expect(widget.messages("citizen")).to_contain_text(["снова"])  # and nothing of the old one
    await expect(widget.messages("bot").last).to_contain_text(TEXT["ru"].splitlines()[0])
    await expect(widget.log.get_by_text(widget.say("gone"))).to_have_count(1)


async def test_what_cannot_be_sent_waits_and_is_sent_once_when_the_connection_is_back(visit, dialogue):
    widget = await visit("ru")
    await widget.open()
    await widget.ask("один")
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.page.context.set_offline(True)
    await widget.ask("два")
    await widget.ask("три")
    retry = widget.panel.get_by_role("button", name=widget.say("retry"))
    await expect(retry).to_have_count(2)
    await expect(widget.status).to_have_text(widget.say("offline"))
    await widget.page.context.set_offline(False)
    await expect(widget.messages("bot")).to_have_count(4, timeout=15_000)
    assert [text for _, text in dialogue.asked] == ["один", "два", "три"]
    await expect(widget.messages("citizen")).to_have_count(3)
    await expect(retry).to_have_count(0)
    await expect(widget.status).to_have_text(widget.say("mode_bot"))


async def test_a_failed_message_is_sent_again_at_once_on_demand(visit, dialogue):
    widget = await visit("kk", clock=True)
    await widget.open()
    # The page's clock stands still, so nothing is tried again by itself.
    await widget.freeze()
    await widget.page.route("**/api/v1/**", lambda route: route.abort())
    await widget.ask("маңызды")
    retry = widget.panel.get_by_role("button", name=widget.say("retry"))
    await expect(retry).to_be_visible()
    await expect(widget.messages("citizen")).to_contain_text(widget.say("failed"))
    await widget.page.unroute("**/api/v1/**")
    await retry.press("Enter")
    await expect(widget.messages("bot")).to_have_count(2)
    await expect(widget.input).to_be_focused()  # the button that had the focus is gone
    assert [text for _, text in dialogue.asked] == ["маңызды"]


async def test_a_message_that_is_refused_stays_with_the_reason(visit):
    widget = await visit("ru")
    await widget.open()
    refusal = {"error": {"code": "too_large", "message": "Слишком большое."}}
    await widget.page.route("**/messages", lambda route: route.fulfill(status=422, body=json.dumps(refusal)))
    await widget.ask("много")
    await expect(widget.messages("citizen")).to_contain_text(widget.say("refused", reason="Слишком большое."))
    await widget.page.unroute("**/messages")
    await widget.ask("мало")
    await expect(widget.messages("bot")).to_have_count(2)
    await expect(widget.messages("citizen")).to_have_count(2)


@pytest.mark.parametrize("reopened", [True, False])
async def test_what_was_not_sent_before_a_reload_is_sent_after_it(visit, dialogue, eventually, reopened):
    widget = await visit("ru")
    await widget.open()
    await widget.page.route("**/api/v1/**", lambda route: route.abort())
    await widget.ask("важный вопрос")
    await widget.ask("и ещё один")
    await expect(widget.panel.get_by_role("button", name=widget.say("retry"))).to_have_count(2)
    await widget.page.unroute("**/api/v1/**")
    await widget.page.reload()
    if reopened:
        await widget.open()
        await expect(widget.messages("citizen")).to_have_count(2)
        await expect(widget.messages("bot")).to_have_count(3)

    async def asked():
        return len(dialogue.asked) == 2

    await eventually(asked, 15)
    assert [text for _, text in dialogue.asked] == ["важный вопрос", "и ещё один"]


async def test_an_acknowledgement_that_is_lost_leads_to_no_second_message(visit, dialogue):
    widget = await visit("ru")
    await widget.open()
    lost = []

    async def lose_the_first(route):
        await route.fetch()
        if lost:
            await route.continue_()
        else:
            lost.append(route.request.post_data_json["client_id"])
            await route.abort()

    await widget.page.route("**/messages", lose_the_first)
    await widget.ask("вопрос")
    await expect(widget.messages("bot")).to_have_count(2)
    await expect(widget.panel.get_by_role("button", name=widget.say("retry"))).to_have_count(0, timeout=10_000)
    await expect(widget.messages("citizen")).to_have_count(1)
    assert len(lost) == len(dialogue.asked) == 1


async def test_while_the_service_is_away_the_citizen_sees_it_and_misses_nothing(visit, service, eventually):
    async with serve(application(service)) as other:
        port = int(other.rsplit(":", 1)[1])
        widget = await visit("ru", at=other)
        await widget.open()
        await widget.button("call_operator").click()
        await expect(widget.button("leave_queue")).to_be_visible()
    await expect(widget.status).to_have_text(widget.say("offline"), timeout=10_000)
    conversation = await eventually(lambda: waiting(service))
    operator = await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await service.conversations.write(conversation.id, operator, key="1", text="Я здесь")
    async with serve(application(service), port):
        await expect(widget.messages("operator")).to_contain_text("Я здесь", timeout=20_000)
        await expect(widget.status).to_have_text(widget.say("mode_operator"))


async def test_a_stream_that_falls_silent_is_opened_again_from_the_last_message(visit):
    widget = await visit("ru", clock=True)
    await widget.open()
    await widget.answered()
    async with widget.page.expect_request("**/events") as again:
        await widget.page.clock.run_for(45_000)  # the page's clock, in which nothing has come
    (last,) = [await (await again.value).header_value("last-event-id")]
    assert last == "2"
    await widget.ask("а дальше?")
    await expect(widget.messages("bot")).to_have_count(3)
    await expect(widget.messages("citizen")).to_have_count(2)


@pytest.mark.parametrize("sign", ["online", "visibilitychange"])
async def test_a_page_that_comes_back_connects_at_once(visit, sign):
    widget = await visit("ru", clock=True)
    await widget.open()
    await widget.answered()
    streams = []
    widget.page.on("request", lambda request: request.url.endswith("/events") and streams.append(request))
    await widget.page.route("**/events", lambda route: route.abort())
    await widget.page.clock.run_for(45_000)
    await expect(widget.status).to_have_text(widget.say("offline"))
    await widget.freeze()  # no pause ends any more
    await widget.page.unroute("**/events")
    tried = len(streams)
    await widget.page.evaluate("sign => (sign === 'online' ? window : document).dispatchEvent(new Event(sign))", sign)
    await expect(widget.status).to_have_text(widget.say("mode_bot"))
    assert len(streams) == tried + 1


async def test_another_tab_follows_the_same_conversation(visit, service):
    widget = await visit("ru")
    await widget.open()
    second = Widget(await widget.page.context.new_page(), "ru")
    await second.page.goto(widget.page.url)
    await second.open()
    await widget.ask(QUESTION["ru"])
    await expect(second.messages("bot")).to_have_count(2)
    await expect(second.messages("citizen")).to_have_count(1)
    await second.ask("а дальше?")
    await expect(widget.messages("bot")).to_have_count(3)
    await expect(widget.messages("citizen")).to_have_count(2)
    await second.choose("erase")
    await second.button("erase_yes").click()
    await expect(widget.messages("citizen")).to_have_count(0)
    assert await service.conversations.find() == []


async def test_two_tabs_that_begin_at_the_same_moment_share_one_conversation(visit, service):
    widget = await visit("ru")
    await widget.open()
    second = Widget(await widget.page.context.new_page(), "ru")
    await second.page.goto(widget.page.url)
    await second.open()
    for tab, text in ((widget, "раз"), (second, "два")):
        await tab.page.evaluate(
            "text => { setTimeout(() => document.querySelector('jauap-chat').ask(text), 300) }", text
        )
    for tab in (widget, second):
        await expect(tab.messages("bot")).to_have_count(3)
        await expect(tab.messages("citizen")).to_have_count(2)
    assert len(await service.conversations.find()) == 1
