package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conversations with models on the page, with their price. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class PlaygroundTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PASSWORD = "a sentence nobody else has";
    private static final String ESTIMATE = "**/playground/estimate";
    private static final String COLOURS = "**/highlight.js";

    private static Gateway gateway;
    private static Browser member;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY));
        gateway.script(UpstreamScript.answers()
                .whenAsked("write on")
                .text("It begins.", new Tokens(10, 2_000, 0))
                .delay(60_000)
                .next()
                .whenAsked("break off")
                .text("It begins.")
                .fault("reset")
                .next()
                .whenAsked("offend")
                .text("It", new Tokens(493, 0, 0))
                .finish("SAFETY", new Tokens(493, 2, 0))
                .next()
                .whenAsked("as JSON")
                .text("{\"answer\":\"yes\"}")
                .finish("STOP", new Tokens(10, 20, 0))
                .next()
                .whenAsked("a formula")
                .text("So $a^2+b^2=c^2$ for $5 or $6:\n\n$$\\frac{1}{2}$$\n\nand $\\def\\a{\\a\\a}\\a$ with \\("
                        + "x".repeat(2_001) + "\\)")
                .finish("STOP", new Tokens(10, 20, 0))
                .next()
                .whenAsked("a table")
                .text(
                        "| Bridge | Cars |\n|:--|--:|\n| Golden Gate | 112,000 |\n\n- [x] done\n- [ ] open\n\n> Quoted.\n\n"
                                + "```python\nprint(1)\n```\n")
                .finish("STOP", new Tokens(10, 20, 0))
                .next()
                .whenAsked("at length")
                .text("A line.\n\n".repeat(30))
                .delay(200)
                .text("Another line.\n\n".repeat(30))
                .delay(200)
                .text("More.\n\n".repeat(30) + "The very end.") // drawn with the end, in one step
                .finish("STOP", new Tokens(10, 400, 0))
                .next()
                .whenAsked("call once")
                .times(1)
                .call("weather", "{\"city\":\"Oslo\"}")
                .finish("STOP", new Tokens(10, 20, 0))
                .next()
                .whenAsked("call again")
                .call("weather", "{\"city\":\"Rome\"}")
                .finish("STOP", new Tokens(10, 20, 0))
                .next()
                .text("**Blue**, says the sky.", new Tokens(10, 4_000, 0))
                .finish("STOP", new Tokens(10, 4_000, 30)));
        member = new Browser(gateway.url()).signUp("member@example.org", PASSWORD);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Visit visit(Browser browser, int width, Scheme scheme) {
        Visit visit = Visit.at(gateway.url(), width, scheme);
        visit.with(browser.cookies());
        visit.open("/playground?model=gemini-2.5-pro"); // a charge of 1.80 credits
        return visit;
    }

    /** Sends a message when the button says Send: while an answer runs, Enter sends nothing and the message stays in its field. */
    static void ask(Page page, String text) {
        awaitEnd(page);
        page.fill("#message", text);
        page.press("#message", "Enter");
    }

    private static FilePayload file(String name, String type, String content) {
        return new FilePayload(name, type, content.getBytes(StandardCharsets.UTF_8));
    }

    private static String turn(Page page, String words) {
        page.waitForSelector(".turn.assistant:has-text('" + words + "')");
        return page.locator(".turn.assistant:has-text('" + words + "')").last().textContent();
    }

    /** Waits for the end of all answers: an answer can show its words and its price before its end. */
    static void awaitEnd(Page page) {
        page.waitForSelector("#send-label:text-is('Send')");
    }

    /** Returns an answer with these words after its end. */
    private static String answer(Page page, String words) {
        awaitEnd(page);
        return turn(page, words);
    }

    /** Waits until the browser has stored the conversation and its last turn is so: the page draws a turn before it stores it. */
    static void awaitKept(Page page, String so) {
        page.waitForFunction("""
                () => new Promise(done => {
                  const request = indexedDB.open('tollgate-playground');
                  request.onsuccess = () => {
                    const found = request.result.transaction('talks').objectStore('talks').getAll();
                    request.result.close();
                    found.onsuccess = () => done(found.result.some(talk => talk.id === history.state?.talk
                      && (turn => %s)(talk.columns[0].turns.at(-1))));
                  };
                })""".formatted(so));
    }

    /** The texts that a screen reader announces. */
    private static void assertHeard(Page page, String end) {
        assertThat(page.textContent("#heard")).isEqualTo(end);
    }

    @Test
    void what_was_answered_until_a_stop_is_charged_and_said_and_a_broken_answer_is_free() {
        try (Visit visit = visit(member, 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            ask(page, "Please write on.");
            turn(page, "credits so far");
            page.click("#send");
            assertThat(answer(page, "Stopped. 0.90 credits were charged for the text so far."))
                    .contains("It begins.");
            assertHeard(page, "Stopped");
            ask(page, "Please break off.");
            assertThat(answer(page, "You pay nothing."))
                    .contains("It begins.", "The upstream provider", "Try again")
                    .doesNotContain("Please try again");
            assertHeard(page, "Response interrupted");
            page.click("#new");
            ask(page, "What is the sky?");
            assertThat(answer(page, "1.80 credits"))
                    .contains("10 in · 4,000 out", "first token", "Blue, says the sky.");
            assertHeard(page, "Response complete");
            page.click("[aria-label=Price] >> visible=true");
            assertThat(turn(page, "Charged")).contains("1.800570", "1.800000");
            page.click(".turn [aria-label=More]");
            page.click(".turn >> text=Show code");
            assertThat(page.locator("#code-text").textContent())
                    .contains("What is the sky?")
                    .doesNotContain("says the sky");
            page.click("#code-dialog [data-close]");
            visit.assertFits();
            visit.keep("playground-price");
            page.click("#new");
            page.setInputFiles("#attach", file("notes.txt", "text/plain", "Notes. ".repeat(2_000)));
            page.waitForSelector("#files .chip");
            page.fill("#message", "Read this.");
            page.waitForSelector("#guess:visible");
            String about = page.textContent("#guess-about");
            assertThat(page.isHidden("#files-about")).isTrue();
            page.click("#files [aria-label='Remove notes.txt']");
            page.waitForFunction(
                    "about => !['', about].includes(document.querySelector('#guess-about').textContent)", about);
            byte[] picture = page.screenshot(new Page.ScreenshotOptions().setClip(0, 0, 8, 8));
            page.setInputFiles("#attach", new FilePayload("dot.png", "image/png", picture));
            page.waitForSelector("#files-about:visible");
            assertThat(page.isHidden("#guess")).isTrue();
            assertThat(page.textContent("#files-about")).contains("sends the files to the provider");
            page.click("#count");
            page.waitForSelector("#files .chip:has-text('token')");
            assertThat(page.isHidden("#count")).isTrue();
            page.click("#send");
            answer(page, "1.80 credits");
            page.fill("#message", "And what is beside it?");
            page.waitForFunction("() => document.querySelector('#files-about').checkVisibility()"
                    + " || document.querySelector('#guess').checkVisibility()");
            assertThat(page.isHidden("#guess"))
                    .as("a picture of an earlier turn is sent again, and as little counted")
                    .isTrue();
        }
    }

    @Test
    void keys_of_an_input_method_stop_no_answer_and_edit_nothing() {
        try (Visit visit = visit(member, 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            ask(page, "Please write on.");
            turn(page, "credits so far");
            visit.converts("#message", "Escape");
            assertThat(page.textContent("#send-label")).startsWith("Stop");
            page.press("#message", "Escape");
            answer(page, "Stopped.");
            awaitEnd(page);
            visit.converts("#message", "ArrowUp");
            visit.converts("#message", "Enter");
            assertThat(page.inputValue("#message")).isEmpty();
            page.press("#message", "ArrowUp");
            assertThat(page.inputValue("#message")).isEqualTo("Please write on.");
        }
    }

    @ParameterizedTest
    @CsvSource({"1280, LIGHT", "390, DARK"})
    void the_end_stays_in_sight_until_the_reader_scrolls_up(int width, Scheme scheme) {
        try (Visit visit = visit(member, width, scheme)) {
            Page page = visit.page();
            ask(page, "Please answer at length.");
            answer(page, "The very end.");
            page.waitForFunction("() => document.querySelector('#heard').textContent === 'Response complete'");
            page.waitForFunction(AT_END);
            ask(page, "Once more at length.");
            page.waitForFunction(
                    "() => document.querySelectorAll('.turn.assistant')[1]?.textContent.includes('A line.')");
            page.waitForFunction(AT_END);
            page.mouse().move(width / 2.0, 300);
            page.mouse().wheel(0, -700);
            page.waitForFunction("() => !(" + AT_END + ")()");
            Object left = page.evaluate("() => scrollY");
            page.waitForFunction(
                    "() => document.querySelectorAll('.turn.assistant')[1].textContent.includes('The very end.')");
            assertThat(page.evaluate("() => scrollY")).isEqualTo(left);
        }
    }

    @ParameterizedTest
    @CsvSource({"1280, LIGHT", "390, DARK"})
    void a_short_conversation_does_not_scroll(int width, Scheme scheme) {
        try (Visit visit = visit(member, width, scheme)) {
            assertThat(visit.page().evaluate("() => document.documentElement.scrollHeight - innerHeight"))
                    .isEqualTo(0);
        }
    }

    private static final String AT_END =
            "() => document.documentElement.scrollHeight - innerHeight - scrollY <= 1 && scrollY > 0";

    @Test
    void a_pending_tool_call_never_breaks_the_next_message() {
        try (Visit visit = visit(member, 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            page.click("#panel summary:has-text('Tools')");
            page.click("[data-example=p-tools]");
            ask(page, "Please call once.");
            page.fill("[aria-label='Result of weather']", "4 degrees");
            page.click("text=Send result");
            answer(page, "says the sky");
            ask(page, "Please call again.");
            page.waitForSelector("[aria-label='Result of weather']");
            ask(page, "What is the sky?");
            page.waitForSelector("#problem:has-text('Send a result for weather first, or:')");
            assertThat(page.inputValue("#message")).isEqualTo("What is the sky?");
            visit.assertAccessible();
            visit.keep("playground-call");
            page.click("#ways >> text=Answer with an error");
            page.waitForFunction("() => document.querySelectorAll('.turn.user').length === 3");
            answer(page, "1.80 credits");
            assertThat(page.locator(".turn.tool").allTextContents())
                    .satisfiesExactly(result -> assertThat(result).contains("4 degrees"), result -> assertThat(result)
                            .contains("The tool returned no result."));
            ask(page, "Please call again.");
            page.waitForSelector("[aria-label='Result of weather']");
            awaitKept(page, "turn.tools.length === 1");
            page.reload();
            page.click(".turn >> text=Remove the call");
            ask(page, "What is the sky?");
            awaitEnd(page);
            assertThat(page.locator(".turn.assistant").last().textContent()).contains("says the sky");
        }
    }

    @Test
    void a_call_that_both_compared_models_made_is_removed_for_both() {
        try (Visit visit = visit(member, 1280, Scheme.DARK)) {
            Page page = visit.page();
            page.click("#panel summary:has-text('Tools')");
            page.click("[data-example=p-tools]");
            page.click("#compare");
            ask(page, "Please call again.");
            page.waitForFunction("() => document.querySelectorAll(\"[aria-label='Result of weather']\").length === 2");
            ask(page, "What is the sky?");
            page.click("#ways >> text=Remove the call");
            page.waitForSelector(".columns > p:has-text('Cheaper: gemini-2.5-pro, $0.0090 against ')");
            page.waitForFunction("() => document.querySelectorAll('.turn.assistant b').length === 4"
                    + " && document.querySelector('#heard').textContent === 'Response complete'");
            assertThat(page.locator(".turn.assistant:has-text('says the sky')").count())
                    .isEqualTo(2);
            visit.assertFits();
        }
    }

    @Test
    void a_stream_is_checked_against_its_schema_after_its_end() {
        try (Visit visit = visit(member, 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            page.click("#panel summary:has-text('JSON schema')");
            page.click("[data-example=p-schema]");
            ask(page, "Answer as JSON.");
            page.waitForSelector(".turn.assistant .badge:has-text('fits your schema')");
            assertThat(page.textContent(".turn.assistant pre")).isEqualTo("{\n  \"answer\": \"yes\"\n}");
            assertThat(page.textContent("#p-schema-state")).isEqualTo("answer");
            ask(page, "What is the sky?");
            page.waitForSelector(".turn.assistant .badge:has-text('does not fit your schema')");
            visit.assertFits();
            visit.keep("playground-schema");
            awaitKept(page, "turn.fit");
            page.reload();
            page.waitForSelector(".turn.assistant .badge:has-text('does not fit your schema')");
            assertThat(page.inputValue("#p-schema")).as("kept with its chat").contains("answer");
        }
    }

    @Test
    void markdown_keeps_its_columns_boxes_and_quotes() {
        try (Visit visit = visit(member, 1280, Scheme.DARK)) {
            Page page = visit.page();
            assertThat(page.evaluate("() => typeof hljs"))
                    .as("loaded with the first code")
                    .isEqualTo("undefined");
            List<Route> held = new ArrayList<>();
            page.route(COLOURS, held::add);
            ask(page, "Please draw a table.");
            answer(page, "Golden Gate");
            page.waitForSelector(".turn.assistant .costs b");
            page.click(".turn [aria-label=Price]");
            page.waitForSelector(".turn table.calc");
            page.click(".turn [aria-label=More]");
            page.waitForCondition(() -> !held.isEmpty());
            held.getFirst().resume();
            assertThat(page.evaluate(
                            "() => getComputedStyle(document.querySelector('.answer td:last-child')).textAlign"))
                    .isEqualTo("right");
            assertThat(page.locator(".answer li").allTextContents()).containsExactly("☑ done", "☐ open");
            assertThat(page.evaluate(
                            "() => getComputedStyle(document.querySelector('.answer blockquote')).borderLeftWidth"))
                    .isEqualTo("3px");
            page.waitForSelector(".answer code [class^=hljs-]");
            page.unroute(COLOURS);
            assertThat(page.isVisible(".turn table.calc") && page.isVisible(".turn >> text=Show code"))
                    .as("what was opened before the colours came stays open")
                    .isTrue();
            assertThat(page.textContent(".answer .block > header")).isEqualTo("pythonCopy");
            visit.assertFits();
            visit.keep("playground-markdown");
        }
    }

    @Test
    void formulas_become_mathml_and_what_fails_stays_text() {
        try (Visit visit = visit(member, 390, Scheme.LIGHT)) {
            Page page = visit.page();
            assertThat(page.evaluate("() => typeof temml"))
                    .as("loaded with the first one")
                    .isEqualTo("undefined");
            ask(page, "Please write a formula.");
            page.waitForSelector(".turn.assistant .costs b");
            page.waitForSelector(
                    ".answer math[display=block] mfrac",
                    new Page.WaitForSelectorOptions().setState(WaitForSelectorState.ATTACHED));
            assertThat(page.locator(".answer math").count()).isEqualTo(2);
            assertThat(page.locator(".answer math [style]").count()).isZero();
            assertThat(answer(page, "for $5 or $6:")).contains("$\\def\\a{\\a\\a}\\a$", "x".repeat(2_001));
            visit.assertFits();
            visit.keep("playground-formulas");
        }
    }

    @Test
    void chats_and_settings_are_folded_on_a_phone() {
        try (Visit visit = visit(member, 390, Scheme.DARK)) {
            Page page = visit.page();
            assertThat(page.isVisible("#panel")).isFalse();
            assertThat(page.isVisible("#kept")).isFalse();
            page.click("#options");
            page.click("summary:has-text('Model settings')");
            page.selectOption("#p-effort", "minimal");
            visit.assertFits();
            visit.keep("playground-settings");
            page.keyboard().press("Escape");
            assertThat(page.isVisible("#panel")).isFalse();
            assertThat(page.evaluate("() => document.activeElement.id")).isEqualTo("options");
            ask(page, "What is the sky?");
            answer(page, "1.80 credits");
            page.click("#history");
            page.waitForSelector("#kept-list h2:has-text('Today')");
            visit.assertFits();
            visit.keep("playground-chats");
            page.click("#new");
            page.waitForSelector("text=Ask anything, or start with an example.");
            assertThat(page.isVisible("#kept")).isFalse();
        }
    }

    @Test
    void attached_files_are_all_sent_and_text_of_any_type() {
        try (Visit visit = visit(member, 390, Scheme.DARK)) {
            Page page = visit.page();
            page.setInputFiles("#attach", new FilePayload[] {
                file("one.txt", "text/plain", "one"), file("two.csv", "text/csv", "1,2"), file("LICENSE", "", "three")
            });
            page.waitForFunction("() => document.querySelectorAll('#files .chip').length === 3");
            page.setInputFiles("#attach", new FilePayload("unknown", "", new byte[] {0, 1, 2, (byte) 0xFF}));
            page.waitForSelector("#problem:has-text('unknown has an unknown type.')");
            ask(page, "Read these.");
            answer(page, "1.80 credits");
            assertThat(page.locator(".turn.user .chip").allTextContents())
                    .containsExactly("one.txt · 1 kB", "two.csv · 1 kB", "LICENSE · 1 kB");
            visit.assertFits();
        }
    }

    @Test
    void an_answer_that_a_filter_stopped_says_so() {
        try (Visit visit = visit(member, 1280, Scheme.DARK)) {
            Page page = visit.page();
            ask(page, "Please offend somebody.");
            assertThat(answer(page, "The provider’s safety filter stopped this response (SAFETY)."))
                    .contains("0.01 credits were charged for 87 prompt tokens and the text so far.", "filtered");
            visit.assertFits();
            visit.keep("playground-filtered");
            page.click("text=Edit and try again");
            assertThat(page.inputValue("#message")).isEqualTo("Please offend somebody.");
        }
    }

    @Test
    void enter_sends_and_a_setting_makes_it_start_a_line() {
        try (Visit visit = visit(member, 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            page.fill("#message", "What is");
            page.press("#message", "Shift+Enter");
            page.locator("#message").pressSequentially("the sky?");
            assertThat(page.inputValue("#message")).isEqualTo("What is\nthe sky?");
            page.evaluate("() => document.getElementById('message').dispatchEvent(new KeyboardEvent('keydown',"
                    + " {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"); // ends a conversion
            // in Safari
            assertThat(page.locator(".turn").count()).isZero();
            page.press("#message", "Enter");
            answer(page, "1.80 credits");
            page.uncheck("#p-enter");
            awaitKept(page, "turn.state === 'done'");
            page.reload();
            page.fill("#message", "And");
            page.press("#message", "Enter");
            assertThat(page.inputValue("#message")).isEqualTo("And\n");
            page.press("#message", "Control+Enter");
            page.waitForFunction("() => document.querySelectorAll('.turn.user').length === 2");
        }
    }

    @Test
    void the_guess_is_a_range_and_never_above_what_is_free() {
        try (Visit visit = visit(withCredits("thrifty", "49.50"), 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            page.click("button:has-text('Compare SQLite')");
            page.waitForSelector("#guess-about:has-text(' to ')");
            assertThat(page.textContent("#guess-about")).isEqualTo("$0.0001 to $0.0025");
            assertThat(page.textContent("#guess-most")).isEqualTo("Never more than $0.0025.");
            visit.assertFits();
            visit.keep("playground-guess");
        }
    }

    @Test
    void after_some_calls_the_guess_is_what_they_were_charged() {
        try (Visit visit = visit(withCredits("usual", "0.50"), 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            for (int i = 0; i < 5; i++) {
                ask(page, "What is the sky?");
            }
            answer(page, "1.80 credits");
            page.waitForFunction("() => document.querySelector('#model').selectedOptions[0].dataset.usual !== '{}'");
            page.click("#new");
            page.fill("#message", "What is the sea?");
            page.waitForSelector("#guess:visible");
            assertThat(page.textContent("#guess-about")).isEqualTo("about $0.0090");
            page.waitForSelector("#guess-about:text-is('about $0.0090')");
        }
    }

    @Test
    void a_budget_shows_what_it_leaves_beside_the_balance() {
        Browser browser = withCredits("budgeted", "0.50");
        browser.submit(
                "/dashboard/budgets",
                "/dashboard/budgets",
                Map.of(
                        "deed",
                        "budget.set",
                        "owner",
                        "each_member",
                        "window",
                        "month",
                        "limit",
                        "0.20",
                        "unit",
                        "dollars"));
        try (Visit visit = visit(browser, 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            assertThat(page.textContent(".told-of")).contains("Left for you this month$0.20");
            ask(page, "What is the sky?");
            answer(page, "1.80 credits");
            page.waitForFunction("() => document.querySelector('#left').textContent === '$0.19'");
            assertThat(page.textContent("#left-label")).isEqualTo("Left for you this month");
            assertThat(page.textContent("header .balance")).isEqualTo("$0.24");
        }
    }

    @Test
    void a_late_estimate_without_a_file_is_not_shown() {
        try (Visit visit = visit(member, 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            List<Route> held = new ArrayList<>();
            page.route(ESTIMATE, held::add);
            page.fill("#message", "Read this.");
            page.waitForCondition(() -> held.size() == 1);
            page.setInputFiles("#attach", file("notes.txt", "text/plain", "Notes. ".repeat(2_000)));
            page.waitForCondition(() -> held.size() == 2);
            page.waitForResponse(ESTIMATE, () -> held.get(1).resume());
            page.waitForSelector("#guess:visible");
            String about = page.textContent("#guess-about");
            page.waitForResponse(ESTIMATE, () -> held.get(0).resume());
            visit.layoutShift(); // until nothing is on its way
            assertThat(page.textContent("#guess-about")).isEqualTo(about);
            page.unroute(ESTIMATE);
        }
    }

    private static Browser withCredits(String name, String lessCredits) {
        String email = name + "@example.org";
        Browser browser = new Browser(gateway.url()).signUp(email, PASSWORD);
        String account = gateway.text("SELECT account_id FROM person WHERE email = '" + email + "'");
        gateway.post(
                "/admin/accounts/" + account + "/adjustments",
                "{\"credits\":-" + lessCredits + ",\"reason\":\"for the test\"}",
                ADMIN_KEY);
        return browser;
    }

    @Test
    void who_has_too_few_credits_is_offered_the_ways_out_and_keeps_the_message() {
        try (Visit visit = visit(withCredits("poor", "49.92"), 390, Scheme.LIGHT)) {
            Page page = visit.page();
            page.selectOption("#model", "gemini-2.5-pro");
            ask(page, "What is the sky?");
            page.waitForSelector("#ways a[href='/dashboard/billing/top-up']");
            assertThat(page.locator("#problem").textContent())
                    .matches("Not enough credits\\. This call needs 0\\.[0-9]+ credits up front\\. You have 0\\.08\\.");
            assertHeard(page, "No response");
            assertThat(page.locator("#ways").textContent())
                    .matches("Top upLower the maximum to 1[0-9]{2} tokensTry again");
            assertThat(page.inputValue("#message")).isEqualTo("What is the sky?");
            visit.forgive("402");
            visit.assertFits();
            visit.keep("playground-refused");
            page.click("#ways >> text=Lower the maximum");
            assertThat(answer(page, "0.08 credits")).as("the call was let in").contains("says the sky");
            assertThat(page.locator("#ways").textContent()).isEmpty();
        }
    }

    @Test
    void who_has_no_credits_is_offered_no_maximum_that_would_not_help() {
        try (Visit visit = visit(withCredits("nobody", "50"), 390, Scheme.LIGHT)) {
            Page page = visit.page();
            ask(page, "What is the sky?");
            page.waitForSelector("#ways a[href='/dashboard/billing/top-up']");
            assertThat(page.locator("#problem").textContent()).contains("Not enough credits.", "You have none.");
            assertThat(page.locator("#ways").textContent()).isEqualTo("Top upTry again");
            visit.forgive("402");
        }
    }

    @Test
    void two_models_answer_in_columns_and_options_that_one_refuses_are_disabled() {
        try (Visit visit = visit(member, 1280, Scheme.DARK)) {
            Page page = visit.page();
            page.click("#panel summary:has-text('Tools')");
            page.fill("#p-tools", "[{");
            ask(page, "What is the sky?");
            assertThat(page.locator("#p-tools-error").textContent()).contains("line 1");
            page.click("[data-example=p-tools]");
            assertThat(page.inputValue("#p-tools")).contains("weather");
            assertThat(page.isDisabled("#p-search")).isTrue();
            page.fill("#p-tools", "");
            page.check("#p-search");
            assertThat(page.locator("#p-tools-why").textContent()).isEqualTo("Not together with search.");
            page.click("#code");
            assertThat(page.locator("#code-text").textContent()).contains("googleSearch");
            page.click("#code-dialog [data-close]");
            page.uncheck("#p-search");
            page.selectOption("#model", "gemini-3.1-pro");
            assertThat(page.isDisabled("#p-tools")).isTrue();
            assertThat(page.locator("#p-tools-why").textContent()).isEqualTo("gemini-3.1-pro takes no tools.");
            page.click("#compare");
            ask(page, "Please write on.");
            page.waitForSelector(".column:first-child .turn:has-text('credits so far')");
            page.waitForSelector(".column:last-child .turn:has-text('credits so far')");
            page.locator(".turn.assistant >> text=Stop").first().click();
            turn(page, "Stopped. ");
            assertThat(page.locator(".turn.assistant:has-text('credits so far')")
                            .count())
                    .isEqualTo(1);
            page.locator(".turn.assistant >> text=Stop").last().click();
            page.waitForFunction(
                    "() => [...document.querySelectorAll('.turn.assistant')].every(turn => turn.textContent.includes('Stopped. '))");
            visit.assertFits();
            visit.keep("playground-compare");
            page.locator("text=Continue with this one").last().click();
            assertThat(page.locator(".turn.assistant").count()).isEqualTo(1);
        }
    }

    @Test
    void who_comes_back_finds_the_conversation_and_what_was_left_while_it_ran_is_stopped() {
        try (Visit visit = visit(member, 1280, Scheme.LIGHT)) {
            Page page = visit.page();
            page.click("#code");
            assertThat(page.locator("#code-text").textContent())
                    .as("what can be pasted although nothing was typed")
                    .contains("Say hello.");
            page.click("#code-dialog [data-close]");
            ask(page, "What is the sky?");
            answer(page, "1.80 credits");
            awaitKept(page, "turn.state === 'done'");
            page.click(".turn [aria-label=More]");
            page.click(".turn >> text=Open the request");
            page.waitForURL("**/dashboard/requests/**");
            page.goBack();
            assertThat(answer(page, "1.80 credits")).contains("Blue, says the sky.");
            assertThat(page.textContent("#about")).isEqualTo("$0.0090");
            assertThat(visit.layoutShift()).isZero();
            visit.keep("playground-back");
            ask(page, "Please write on.");
            turn(page, "credits so far");
            awaitKept(page, "turn.state === 'running'");
            page.reload();
            assertThat(answer(page, "Stopped. 0.90 credits were charged for the text so far."))
                    .contains("gemini");
            assertThat(page.locator(".turn.user").count()).isEqualTo(2);
            assertThat(page.textContent("#about")).isEqualTo("$0.0135");
            page.click("#new");
            page.reload();
            page.waitForSelector("text=Ask anything, or start with an example.");
            assertThat(page.locator(".turn").count()).isZero();
        }
    }

    @Test
    void conversations_are_kept_in_the_browser_and_who_signs_out_may_delete_them() {
        Browser leaver = new Browser(gateway.url()).signUp("leaver@example.org", PASSWORD);
        try (Visit visit = visit(leaver, 390, Scheme.LIGHT)) {
            Page page = visit.page();
            ask(page, "What is the sky?");
            answer(page, "1.80 credits");
            awaitKept(page, "turn.state === 'done'");
            visit.layoutShift(); // until nothing is on its way
            visit.open("/playground");
            page.click("#history");
            page.waitForSelector("#kept-list button:has-text('What is the sky?')");
            page.fill("#kept-find", "sea");
            page.waitForSelector("#kept-list:has-text('No matches.')");
            page.fill("#kept-find", "BLUE");
            page.waitForSelector("#kept-list button:has-text('What is the sky?')");
            visit.layoutShift(); // until nothing is on its way
            visit.open("/dashboard/keys");
            page.click("details.menu summary");
            page.click("details.menu >> text=Sign out");
            page.waitForSelector("#leaving:has-text('1 conversation is kept in this browser.')");
            visit.keep("playground-leaving");
            page.click("text=Delete and sign out");
            page.waitForURL("**/sign-in");
            assertThat(page.evaluate("""
                            () => new Promise(done => {
                              const request = indexedDB.open('tollgate-playground');
                              request.onsuccess = () => {
                                const all = request.result.transaction('talks').objectStore('talks').count();
                                all.onsuccess = () => done(all.result);
                              };
                            })""")).isEqualTo(0);
        }
    }
}
