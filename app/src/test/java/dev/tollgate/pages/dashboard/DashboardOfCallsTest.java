package dev.tollgate.pages.dashboard;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.pages.frame.Money;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.UpstreamScript;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The pages of calls whose answers only a model's door gives. */
@Order(19)
class DashboardOfCallsTest {

    private static final Pattern CALL = Pattern.compile("href=\"/dashboard/requests/(chatcmpl-[A-Za-z0-9]+)\"");
    private static final String HOSTILE = "<b onclick=x>\"ci\"</b>";

    private static Gateway gateway;
    private static BusyAccount busy;
    private static BusyAccount stranger; // one for all tests: an address makes few accounts

    @BeforeAll
    static void live() {
        gateway = Gateway.start("sign-up.credits", "5000");
        gateway.setNow(BusyAccount.NOW.minusSeconds(29L * 86_400));
        busy = BusyAccount.in(gateway, HOSTILE);
        busy.live();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String page(String path) {
        Browser.Page page = busy.browser.get(path);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return page.body();
    }

    private static List<String> calls(String page) {
        return CALL.matcher(page).results().map(match -> match.group(1)).toList();
    }

    private static String link(String page, String word) {
        return Pattern.compile("href=\"([^\"]*(?:before|after)=[^\"]*)\"[^>]*>(?:<svg[^>]*>.*?</svg>)?\\s*" + word)
                .matcher(page)
                .results()
                .map(MatchResult::group)
                .map(link -> link.replaceFirst("(?s)href=\"([^\"]*)\".*", "$1").replace("&amp;", "&"))
                .findFirst()
                .orElse(null);
    }

    private static BusyAccount stranger() {
        if (stranger == null) {
            stranger = BusyAccount.in(gateway, "ci");
        }
        return stranger;
    }

    private static String callOf(String model, String state) {
        return calls(page("/dashboard/requests?range=today&model=" + model + "&state=" + state))
                .getFirst();
    }

    private static String request(String call) {
        return wide(page("/dashboard/requests/" + call))
                .replaceAll("<[^>]*>", " ")
                .replaceAll("\\s+", " ");
    }

    /** Returns a page without the lines that narrow screens alone show. */
    private static String wide(String page) {
        return page.replaceAll(" <span class=\"sub[^<]*</span>", "");
    }

    @Test
    void a_call_that_a_filter_stopped_says_so() {
        BusyAccount own = stranger();
        gateway.script(UpstreamScript.answers()
                .text("It", new UpstreamScript.Tokens(9, 0, 0))
                .finish("SAFETY", new UpstreamScript.Tokens(9, 2, 0)));
        Gateway.Reply reply = own.customer.chat(
                "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        assertThat(reply.text()).contains("\"finish_reason\":\"content_filter\"");
        String id = reply.json().get("id").asString();
        assertThat(own.browser.get("/dashboard/requests/" + id).body())
                .contains("<span class=\"badge warn\">filtered</span>")
                .contains(
                        "The provider's safety filter stopped the response (SAFETY) after 2 tokens. Charged $0.0001.");
        assertThat(own.browser.get("/dashboard/requests").body())
                .contains("<span class=\"badge warn\">filtered</span>");
    }

    @Test
    void a_call_and_the_files_have_image_tokens_of_the_output() {
        BusyAccount own = stranger();
        gateway.setNow(BusyAccount.NOW.minusSeconds(60)); // other tests look at the last call
        gateway.script(UpstreamScript.answers().event("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"A dot."}]},"finishReason":"STOP"}],
                "usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1223,"totalTokenCount":1232,
                "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1120}]}}"""));
        String id = own.customer
                .chat(
                        "{\"model\":\"gemini-2.5-pro\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")
                .json()
                .get("id")
                .asString();
        own.customer.lastTask();
        gateway.setNow(BusyAccount.NOW);

        assertThat(own.browser.get("/dashboard/requests/" + id).body())
                .contains("<dt>Output other than text</dt><dd>1,120 image tokens</dd>");
        assertThat(own.browser.get("/dashboard/requests.csv").body().lines())
                .anyMatch(line -> line.endsWith(",end_user,output_image_tokens,maps"))
                .anyMatch(line -> line.startsWith(id) && line.endsWith(",1120,0"));
        assertThat(own.browser.get("/dashboard/usage.csv?by=model").body().lines())
                .anyMatch(line -> line.contains(",reasoning_tokens,output_image_tokens,"))
                .anyMatch(line -> line.contains(",1120,"));
    }

    @Test
    void usage_shows_cached_tokens_and_searches_if_there_are_any() {
        BusyAccount own = stranger();
        gateway.setNow(BusyAccount.NOW.minusSeconds(60)); // other tests look at the last call
        own.ask(own.other, "gemini-3.1-pro", 9, 1, 0);
        own.other.lastTask();
        assertThat(usageOfOther(own)).doesNotContain(" searches");
        own.search(own.other);
        own.other.lastTask();
        gateway.setNow(BusyAccount.NOW);

        assertThat(usageOfOther(own))
                .contains("title=\"700 of 909 tokens in\"", "0 failed, 0 cancelled, 2 searches")
                .contains("title=\"900 in, 700 of them cached; 40 out and 0 of thoughts\">940<");
    }

    @Test
    void request_and_usage_show_what_the_cache_saved_and_missed() {
        BusyAccount own = stranger();
        gateway.setNow(BusyAccount.NOW.minusSeconds(60)); // other tests look at the last call
        String text = "A line of a file. ".repeat(600);
        String body = "{\"model\":\"gemini-3.8-flash\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\""
                + text + "\"},{\"role\":\"assistant\",\"content\":\"Yes.\"},{\"role\":\"user\",\"content\":\"And?\"}]}";
        String id = "";
        for (int cached : List.of(0, 4_000, 1_000)) {
            gateway.script(UpstreamScript.answers().event("""
                    {"candidates":[{"content":{"role":"model","parts":[{"text":"Yes."}]},"finishReason":"STOP"}],
                    "usageMetadata":{"promptTokenCount":6000,"cachedContentTokenCount":%d,"candidatesTokenCount":2,"totalTokenCount":6002}}""".formatted(cached)));
            id = own.customer.chat(body).json().get("id").asString();
            own.customer.lastTask();
        }
        gateway.setNow(BusyAccount.NOW);

        assertThat(own.browser.get("/dashboard/requests/" + id).body())
                .contains("The provider read 1,000 of 6,000 expected tokens from its cache: it did not use the cache."
                        + " That saved $0.0007. Up to $0.0034 more could have been saved.");
        assertThat(usage(own, "model=gemini-3.8-flash&key=" + own.customer.keyId()))
                .contains(
                        "title=\"5,000 of 18,000 tokens in\"",
                        "Caching saved $0.0034 and could have saved $0.0047 more.");
    }

    private static String usageOfOther(BusyAccount account) {
        return usage(account, "key=" + account.other.keyId());
    }

    private static String usage(BusyAccount account, String filter) {
        return account.browser.get("/dashboard/usage?by=model&" + filter).body();
    }

    @Test
    void a_failed_call_says_why_and_that_its_credits_came_back() {
        String call = callOf("gemini-2.5-pro", "failed");
        String page = request(call);
        BigDecimal held = gateway.get("/v1/tasks/" + call, busy.customer.key())
                .json()
                .get("held")
                .decimalValue();
        assertThat(held).isPositive();
        assertThat(page)
                .contains("The upstream provider is temporarily unavailable. The hold of "
                        + Money.DOLLARS.each(held.movePointRight(6).longValueExact())
                        + " was released. Trying again can help.")
                .contains("upstream_error")
                .contains("No chargeable usage.");
    }

    @Test
    void an_answer_that_is_kept_for_repeats_says_until_when() {
        BusyAccount one = stranger();
        gateway.script(UpstreamScript.says("Well.", 10, 10));
        Gateway.Reply reply = one.customer.chat(
                "{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}", "a-key");
        String path =
                "/dashboard/requests/" + reply.chunks().getFirst().get("id").asString();

        Gateway.await(
                "the answer is kept",
                () -> one.browser.get(path).body().contains("Kept until 22 Nov 12:00:09; repeats are free."));
        assertThat(page("/dashboard/requests/" + busy.lastCall()))
                .contains("Not stored.")
                .doesNotContain("repeats are free");
    }
}
