package dev.tollgate.browser;

import static dev.tollgate.browser.PlaygroundTest.ask;
import static dev.tollgate.browser.PlaygroundTest.awaitEnd;
import static dev.tollgate.browser.PlaygroundTest.awaitKept;
import static dev.tollgate.testing.Asserts.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Shared;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Conversations with models that make images: the sandbox's pictures, and what one costs. */
@Timeout(240)
@ResourceLock(Shared.BROWSER)
class PlaygroundImagesTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String PICTURE = ".turn.assistant:last-child img";

    private static Gateway gateway;
    private static Browser member;

    @BeforeAll
    static void start() {
        gateway = Gateway.start(
                Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY),
                "models.file",
                "gateway/src/test/resources/catalogues/images.yaml");
        member = new Browser(gateway.url()).signUp("painter@example.org", "a sentence nobody else has");
        gateway.post(
                "/admin/accounts/" + gateway.text("SELECT account_id FROM person WHERE email = 'painter@example.org'")
                        + "/adjustments",
                "{\"credits\":5000,\"reason\":\"for the test\"}",
                ADMIN_KEY);
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    private static void awaitPicture(Page page) {
        page.waitForSelector(PICTURE);
        awaitEnd(page);
        page.waitForFunction("it => document.querySelector(it).naturalWidth > 0", PICTURE);
    }

    @ParameterizedTest
    @CsvSource({"1280, LIGHT", "390, DARK"})
    void an_image_is_shown_saved_kept_and_sent_back(int width, Scheme scheme) {
        try (Visit visit = Visit.at(gateway.url(), width, scheme).with(member.cookies())) {
            visit.open("/playground?model=gemini-3-pro-image");
            Page page = visit.page();
            assertThat(page.textContent("#image-price")).isEqualTo("an image: $0.1344");
            page.evaluate("""
                    () => Object.entries({'p-size': '4K', 'p-ratio': '16:9'}).forEach(([id, value]) => {
                      const field = document.getElementById(id);
                      field.value = value;
                      field.dispatchEvent(new Event('input', {bubbles: true}));
                    })""");
            assertThat(page.textContent("#image-price")).isEqualTo("an image: $0.24");
            ask(page, "Draw a house.");
            awaitPicture(page);
            assertThat(gateway.lastAsked().at("/generationConfig/imageConfig").toString())
                    .isEqualTo("{\"aspectRatio\":\"16:9\",\"imageSize\":\"4K\"}");
            assertThat(page.getAttribute(PICTURE, "src")).startsWith("blob:");
            assertThat(page.getAttribute(PICTURE, "alt")).isEqualTo("Image 1 for: Draw a house.");
            assertThat(page.waitForDownload(() -> page.click("figure a:has-text('Save image-1.png')"))
                            .suggestedFilename())
                    .isEqualTo("image-1.png");
            visit.assertAccessible();
            visit.keep("playground-image");
            awaitKept(page, "turn.images[0].blob instanceof Blob");
            page.reload();
            awaitPicture(page);
            ask(page, "Make it red.");
            page.waitForFunction("() => document.querySelectorAll('.turn.assistant img').length === 2");
            awaitEnd(page);
            JsonNode sent = gateway.lastAsked().at("/contents/1/parts");
            assertThat(sent.valueStream()).anySatisfy(part -> {
                assertThat(part.at("/inlineData/mimeType").asString()).isEqualTo("image/png");
                assertThat(part.get("thoughtSignature").asString()).isNotEmpty();
            });
            page.evaluate("() => document.querySelector('#code').click()");
            assertThat(page.textContent("#code-text"))
                    .contains("\"image_size\": \"4K\"", "@image-1.png")
                    .doesNotContain("base64");
        }
    }

    @Test
    void fields_and_prices_follow_the_models_and_a_comparison_offers_what_all_can() {
        try (Visit visit = Visit.at(gateway.url(), 1280, Scheme.LIGHT).with(member.cookies())) {
            visit.open("/playground?model=gemini-3-pro-image");
            Page page = visit.page();
            page.selectOption("#p-size", "4K");
            page.waitForSelector(
                    "#p-ratio option[value='1:8'][hidden]",
                    new Page.WaitForSelectorOptions().setState(WaitForSelectorState.ATTACHED));
            page.selectOption("#model", "gemini-3.1-flash-lite-image");
            assertThat(page.inputValue("#p-size")).isEmpty();
            assertThat(page.locator("#p-size option:not([hidden])").allTextContents())
                    .containsExactly("model default, $0.0336", "1K, $0.0336");
            page.selectOption("#p-ratio", "1:8");
            page.click("#compare");
            page.selectOption("[aria-label='Model of column 2']", "gemini-3-pro-image");
            assertThat(page.inputValue("#p-ratio")).isEmpty();
            assertThat(page.textContent("#image-price")).isEqualTo("an image: $0.0336 and $0.1344");
            ask(page, "Draw a tree.");
            page.waitForFunction("() => document.querySelectorAll('.turn.assistant img').length === 2");
            awaitEnd(page);
            visit.assertFits();
        }
    }
}
