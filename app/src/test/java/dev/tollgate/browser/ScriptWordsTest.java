package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.ForeignText;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.MarkedLanguages;
import dev.tollgate.testing.Shared;
import dev.tollgate.testing.UpstreamScript;
import dev.tollgate.testing.UpstreamScript.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The texts that scripts write, in the language that marks each sentence (L15, L38). */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class ScriptWordsTest {

    private static final String CHINESE = "zh-Hans";
    private static final String PASSWORD = "a sentence nobody else has";

    /** What the test has typed, what the models have answered, names, and what fields send as it is. */
    private static final Pattern NAMES = Pattern.compile(
            "[\\w.+-]+@[\\w.-]+|https?://\\S+|(?:google/)?(?:gemini|imagen|veo)-[\\w.-]+|\\bTollgate\\b|\\b[124]K\\b|\\bM\\b"
                    + "|\\b(?:none|minimal|low|medium|high|xhigh|max|standard|flex|priority|auto)\\b|curl|Python|JavaScript|Java"
                    + "|UTC|weather|notes\\.txt|What is the sky|call once|write on|break off|Blue, says the sky\\.|It begins\\."
                    + "|简体中文|What now|laptop|print\\(1\\)|python|object|Oslo|x\\.bin|sk-\\w+");

    private static Gateway gateway;
    private static Browser member;

    @BeforeAll
    static void start() {
        gateway =
                Gateway.start(Surroundings.REAL.with(it -> it.languages = List.of(MarkedLanguages.ACCENTED)), Map.of());
        gateway.script(UpstreamScript.answers()
                .whenAsked("write on")
                .text("It begins.", new Tokens(10, 2_000, 0))
                .delay(60_000)
                .next()
                .whenAsked("break off")
                .text("It begins.")
                .fault("reset")
                .next()
                .whenAsked("call once")
                .times(1)
                .call("weather", "{\"city\":\"Oslo\"}")
                .finish("STOP", new Tokens(10, 20, 0))
                .next()
                .text("Blue, says the sky.\n\n```python\nprint(1)\n```", new Tokens(10, 4_000, 0))
                .finish("STOP", new Tokens(10, 4_000, 30)));
        member = new Browser(gateway.url()).signUp("member@example.org", PASSWORD);
        member.submit("/dashboard", "/language", Map.of("lang", MarkedLanguages.ACCENTED.tag()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Visit visit(String path) {
        Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT);
        visit.with(member.cookies());
        visit.open(path);
        return visit;
    }

    private static void assertSaid(Page page, String what) {
        assertThat(ForeignText.in(page.content(), NAMES)).as(what).isEmpty();
    }

    /** Sends a message, and waits for a state of the page. */
    static void ask(Page page, String text, String state) {
        page.fill("#message", text);
        page.press("#message", "Enter");
        page.waitForFunction(state);
    }

    /** Returns the state in which so many answers have ended. */
    static String ended(int answers) {
        return "() => document.querySelectorAll('.turn.assistant .deeds').length >= " + answers
                + " && !document.querySelector('#send.danger')";
    }

    @Test
    void a_conversation_says_all_in_the_language_of_the_page() {
        try (Visit visit = visit("/playground?model=gemini-2.5-pro")) {
            Page page = visit.page();
            assertSaid(page, "an empty conversation");
            page.setInputFiles("#attach", new FilePayload("x.bin", "application/octet-stream", new byte[] {0, 1, -1}));
            page.waitForFunction("() => document.getElementById('problem').textContent");
            page.setInputFiles(
                    "#attach", new FilePayload("notes.txt", "text/plain", "a".getBytes(StandardCharsets.UTF_8)));
            page.waitForSelector("#files .chip");
            assertSaid(page, "files");
            ask(page, "What is the sky", ended(1));
            page.click(".turn.assistant .deeds button >> nth=0"); // its price
            page.waitForSelector("table.calc");
            page.click(".block header button");
            page.waitForSelector("#toast:not([hidden])");
            assertSaid(page, "an answer");
            page.click("#code");
            assertSaid(page, "code");
            page.keyboard().press("Escape");
            ask(page, "call once", "() => document.querySelector('.turn .card textarea')");
            page.fill("#message", "What now");
            page.press("#message", "Enter");
            assertSaid(page, "a call of a tool");
            page.locator("#ways button").last().click();
            page.waitForFunction(ended(3));
            ask(
                    page,
                    "break off",
                    "() => document.querySelector('.turn.assistant p.error:not([hidden]) span[lang=en]')");
            assertSaid(page, "a broken answer");
            ask(page, "write on", "() => document.querySelector('#send.danger')");
            page.waitForSelector(".turn.assistant:has-text('It begins.') .meta");
            assertSaid(page, "a running answer");
            page.click("#send");
            page.waitForFunction("() => !document.querySelector('#send.danger')");
            assertSaid(page, "a stopped answer");
            page.click("#compare");
            assertSaid(page, "two models");
        }
    }

    @Test
    void a_schema_that_is_none_is_named_in_the_language_of_the_page() {
        try (Visit visit = visit("/playground?model=gemini-2.5-pro")) {
            Page page = visit.page();
            page.evaluate("() => document.querySelectorAll('#panel details').forEach(each => { each.open = true; })");
            page.fill("#p-tools", "[{\"type\":\"function\"}]");
            page.fill("#p-seed", "7");
            assertSaid(page, "settings");
            page.fill("#p-tools", "");
            page.fill("#p-schema", "{\"type\":\"object\"}");
            page.fill("#message", "What is the sky");
            assertSaid(page, "a schema");
        }
    }

    @Test
    void a_chart_is_read_out_in_the_language_of_the_page() {
        try (Visit visit = visit("/playground?model=gemini-2.5-pro")) {
            Page page = visit.page();
            ask(page, "What is the sky", ended(1));
            visit.open("/dashboard/usage");
            page.waitForSelector("[data-chart] canvas"); // drawn after the page, and deaf until then
            page.locator("[data-chart]").press("End");
            page.waitForFunction("() => document.getElementById('chart-readout').textContent.includes(':')");
            assertThat(page.textContent("#chart-readout")).startsWith("⟦").endsWith("⟧");
        }
    }

    @Test
    void the_playground_in_chinese_says_so_within_its_budget() {
        try (Visit visit = visit("/playground?lang=" + CHINESE)) {
            assertThat(visit.page().textContent(".empty")).startsWith("输入任何问题，或从示例开始。");
            assertThat(visit.weight().bytes()).isLessThanOrEqualTo(120_000);
        }
    }

    @Test
    void leaving_asks_in_the_language_of_the_page() {
        try (Visit visit = visit("/playground?model=gemini-2.5-pro")) {
            Page page = visit.page();
            ask(page, "What is the sky", ended(1));
            PlaygroundTest.awaitKept(page, "turn.state === 'done'");
            page.evaluate("() => document.querySelector('form[action=\"/sign-out\"]').requestSubmit()");
            page.waitForSelector("#leaving[open]");
            assertThat(page.textContent("#leaving p"))
                    .startsWith("⟦")
                    .contains("1")
                    .endsWith("⟧");
            assertSaid(page, "the dialog");
        }
    }

    @Test
    void a_chinese_value_of_a_script_has_no_adjacent_blank() throws IOException {
        try (Visit visit = visit("/docs")) {
            Page page = visit.page();
            page.setContent(
                    "<html lang='zh-Hans'><body data-words='{\"words\":{\"Rename {name} now\":\"将 {name} 重命名\"}}'>");
            page.evaluate(Files.readString(Path.of("portal/src/main/resources/assets/words.js")));
            assertThat(page.evaluate("['夜间摘要', 'gemini', 5].map((name) => word('Rename {name} now', { name })).join()"))
                    .isEqualTo("将夜间摘要重命名,将 gemini 重命名,将 5 重命名");
        }
    }
}
