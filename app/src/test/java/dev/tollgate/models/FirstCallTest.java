package dev.tollgate.models;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The first call as newcomers meet it: on the terminal, on pages and in files. */
class FirstCallTest {

    private static final String ADDRESS = "http://127.0.0.1:8080";
    private static final Pattern COMMAND = Pattern.compile("curl [^\n]*/v1/chat/completions \\\\\n(?: {2}.*\n?){3}");
    private static final Pattern ANSWER =
            Pattern.compile("\\{… \"content\": \"([^\"]+)\" … \"credits_consumed\": ([0-9.]+)}");
    private static final long SECONDS_MAX = 60;

    private static Gateway gateway;
    private static Browser member;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
        member = new Browser(gateway.url()).signUp("new@example.org", "a password for the tests");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String text(Browser.Page page) {
        assertThat(page.status()).isEqualTo(200);
        return page.body()
                .replace("</pre>", "\n")
                .replaceAll("<[^>]*>", "")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#39;", "'")
                .replace("&quot;", "\"")
                .replace("&#34;", "\"")
                .replace("&amp;", "&");
    }

    private static Map<String, String> places() throws IOException {
        Map<String, String> places = new LinkedHashMap<>();
        places.put("terminal", gateway.app().banner().text());
        places.put("landing", text(new Browser(gateway.url()).get("/")));
        places.put("overview", text(member.get("/dashboard")));
        places.put("key", text(member.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", "laptop"))));
        places.put("quickstart", text(new Browser(gateway.url()).get("/docs")));
        places.put("chat completions", text(new Browser(gateway.url()).get("/docs/chat-completions")));
        places.put("README", Files.readString(Path.of("README.md")).replace(ADDRESS, gateway.url()));
        return places;
    }

    @Test
    void every_place_shows_the_same_first_call_and_answer() throws IOException {
        places().forEach((place, text) -> {
            String command = found(COMMAND, text);
            String key = command.replaceFirst("(?s).*Bearer ([^\"]+)\".*", "$1");
            FirstCall call = FirstCall.of(
                    gateway.url(),
                    key,
                    Objects.requireNonNull(CatalogueLoader.builtIn().find("gemini-3-pro")));
            assertThat(command.stripTrailing()).as(place).isEqualTo(call.curl());
            assertThat(text).as(place).contains(place.equals("chat completions") ? "Hello there!" : call.answer());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemini-2.5-pro",
                "gemini-3-pro",
                "gemini-3.1-pro",
                "google/gemini-2.5-pro",
                "google/gemini-2.5-pro-preview"
            })
    void the_first_call_of_a_model_gets_the_answer_shown(String model) throws Exception {
        assumeTrue(run("curl --version").startsWith("curl"), "left out: there is no curl");
        String text = text(member.get("/docs/models/" + model));
        Matcher command = COMMAND.matcher(text);
        Matcher answer = ANSWER.matcher(text);
        assertThat(command.find() && answer.find()).as(text).isTrue();
        JsonNode said = new JsonMapper().readTree(run(command.group().replaceFirst("curl ", "curl -sS -m 30 ")));
        assertThat(said.at("/choices/0/message/content").asString()).isEqualTo(answer.group(1));
        assertThat(said.get("credits_consumed").decimalValue()).isEqualByComparingTo(answer.group(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-3.1-flash-lite-image"})
    void the_first_call_of_an_image_model_costs_what_is_shown(String model) throws Exception {
        assumeTrue(run("curl --version").startsWith("curl"), "left out: there is no curl");
        String text = text(member.get("/docs/models/" + model));
        String command = found("curl [^\n]*/v1/images/generations \\\\\n(?: {2}.*\n?){3}", text);
        String charge = found("\"credits_consumed\": ([0-9.]+)}", text);
        JsonNode made = new JsonMapper().readTree(run(command.replaceFirst("curl ", "curl -sS -m 30 ")));
        assertThat(made.at("/data/0/url").asString()).startsWith(gateway.url() + "/v1/");
        BigDecimal shown = new BigDecimal(charge); // thoughts are added
        assertThat(made.get("credits_consumed").decimalValue())
                .isBetween(shown, shown.multiply(new BigDecimal("1.05")));
    }

    private static String run(String line) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true);
        builder.environment().put("TOLLGATE_KEY", Gateway.DEMO_KEY);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
