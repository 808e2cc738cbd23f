package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.cutOff;
import static dev.tollgate.testing.FarServer.events;
import static dev.tollgate.testing.FarServer.gemini;
import static dev.tollgate.testing.FarServer.geminiText;
import static dev.tollgate.testing.FarServer.whole;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.operator.admin.By;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The providers' keys, which the fake upstreams repeat in their answers. */
@Timeout(120)
class ProviderKeyTest {

    private static final String PASSWORD = "the operator of the channels";

    /** A key of a form that no pattern knows. */
    private static final String GEMINI_KEY = "canary/of+the.gemini=channel~7f3e";

    private static final String COMPAT_KEY = "canary/of+the.other=channel~51aa";
    private static final String SETTING_KEY = "canary-of-the-settings-0d2c";

    /** So many of the echoes make a channel rest: the next question would not reach it. */
    private static final int RESTING = 7;

    private static final List<String> MODELS = List.of("gemini-2.5-pro", "gemini-3-pro");

    /** The answers of an upstream that can contain the request's key. */
    private static List<FarServer.Answer> echoes(String key) {
        List<FarServer.Answer> echoes = new ArrayList<>();
        for (int status : new int[] {400, 401, 403, 404, 429}) {
            echoes.add(whole(
                    status,
                    "{\"error\":{\"code\":%d,\"status\":\"FAILED_PRECONDITION\",\"type\":\"t\",\"message\":\"API key not valid: %s\",\"details\":[{\"reason\":\"%s\"}]}}"
                            .formatted(status, key, key)));
        }
        echoes.add(new FarServer.Answer.Whole(302, Map.of("location", "http://127.0.0.1:1/?key=" + key), ""));
        echoes.add(whole(403, "[{\"error\":{\"message\":\"" + "x".repeat(290) + key + "\"}}]"));
        echoes.add(whole(500, "{\"error\":{\"code\":500,\"message\":\"the key " + key + " is worn out\"}}"));
        echoes.add(whole(502, "<html><h1>Bad gateway</h1>x-goog-api-key: " + key + " Bearer " + key + "</html>"));
        echoes.add(whole(200, "not a stream at all " + key));
        echoes.add(events("{\"error\":{\"code\":500,\"message\":\"the key " + key + " is worn out\"}}"));
        echoes.add(cutOff(geminiText("Half an answer"), "{\"error\":{\"code\":503,\"message\":\"" + key + "\"}}"));
        echoes.add(events(geminiText("Half an answer"), "{\"unreadable\": " + key));
        return echoes;
    }

    @Test
    void a_providers_key_is_in_no_answer_page_list_log_receipt_or_file_whatever_the_provider_says() throws Exception {
        FarServer one = FarServer.saying("well");
        FarServer other = FarServer.saying("well");
        String yaml = """
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key_env: A_KEY, models: [%s]}
                  - {id: b, kind: openai, base_url: "%s", key_env: B_KEY, models: {%s: m}}
                """.formatted(one.url(), MODELS.get(0), other.url(), MODELS.get(1));
        Map<String, String> environment = Map.of(
                "A_KEY",
                GEMINI_KEY,
                "B_KEY",
                COMPAT_KEY,
                "GEMINI_API_KEY",
                SETTING_KEY,
                "TOLLGATE_OPERATOR_PASSWORD",
                PASSWORD);
        try (one;
                other;
                LogCapture log = new LogCapture();
                Channels channels = Channels.of(yaml, environment)) {
            Gateway gateway = channels.gateway();
            Browser operator = new Browser(gateway.url());
            operator.signIn("operator", PASSWORD);
            Customer customer = customerOf(gateway);
            Map<String, String> seen = new ConcurrentHashMap<>();
            one.script(request -> told(request, echoes(GEMINI_KEY)));
            other.script(request -> told(request, echoes(COMPAT_KEY)));
            int count = echoes("").size();
            List<CompletableFuture<Void>> together = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                CompletableFuture<Void> calls = call(gateway, customer, i, seen);
                if (i < RESTING) {
                    calls.join();
                    assertThat(gateway.app().upstreams().reload()).isTrue(); // lifts rests
                } else {
                    together.add(calls);
                }
            }
            together.forEach(CompletableFuture::join);
            see(seen, "try", gateway.post("/admin/channels/a/try", "{}", Channels.ADMIN_KEY));
            for (int i = 0; i < count; i++) {
                String question = question(i);
                for (FarServer far : List.of(one, other)) {
                    assertThat(far.requests().stream().map(FarServer.Request::body))
                            .anyMatch(body -> body.contains(question));
                }
            }
            one.script(gemini("well"));
            look(gateway, operator, customer, seen);
            gateway.atRest().forEach((file, text) -> seen.put("at rest: " + file, text));
            seen.put("log", log.text());
            assertThat(log.text()).as("the log tells of it, without the key").contains("API key not valid: [key]");
            for (String key : List.of(GEMINI_KEY, COMPAT_KEY, SETTING_KEY)) {
                assertNowhere(key, seen);
            }
        }
    }

    /** An operator with credits and a key, so that one person sees the pages of both. */
    private static Customer customerOf(Gateway gateway) throws Exception {
        String account = gateway.text("SELECT account_id FROM person WHERE login = 'operator'");
        gateway.app()
                .administration()
                .deeds()
                .grant(
                        By.of(Actor.COMMAND, "for the test"),
                        account,
                        1_000_000_000L,
                        GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, null));
        KeyResult.Made key = gateway.commands().createKey(account, Gateway.KeyOptions.NONE.choice());
        return new Customer(gateway, account, key.key().id(), key.secret());
    }

    private static String question(int number) {
        return "Hi " + number + ".";
    }

    /** By the number in its question. */
    private static FarServer.Answer told(FarServer.Request request, List<FarServer.Answer> echoes) {
        for (int i = 0; i < echoes.size(); i++) {
            if (request.body().contains(question(i))) {
                return echoes.get(i);
            }
        }
        return echoes.getFirst();
    }

    private static CompletableFuture<Void> call(
            Gateway gateway, Customer customer, int number, Map<String, String> seen) {
        boolean stream = number % 2 == 0;
        List<CompletableFuture<Gateway.Reply>> calls = new ArrayList<>();
        for (String model : MODELS) {
            calls.add(customer.chatAside(("{\"model\":\"%s\",\"stream\":%s,\"max_tokens\":50,"
                            + "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}")
                    .formatted(model, stream, question(number))));
        }
        String method = stream ? "generateContent" : "countTokens";
        calls.add(CompletableFuture.supplyAsync(() -> gateway.post(
                "/v1beta/models/gemini-2.5-pro:" + method,
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"%s\"}]}]}".formatted(question(number)),
                customer.key())));
        return CompletableFuture.allOf(calls.stream()
                .map(call -> call.thenAccept(reply -> see(seen, "answers to " + question(number), reply)))
                .toArray(CompletableFuture[]::new));
    }

    private static void see(Map<String, String> seen, String name, Gateway.Reply reply) {
        seen.merge(name, reply.response().headers().map() + "\n" + reply.text(), (before, now) -> before + now);
    }

    /** All that is shown of calls and channels, by path. */
    private static void look(Gateway gateway, Browser operator, Customer customer, Map<String, String> seen) {
        String call = customer.lastTask().get("id").asString();
        for (String path :
                List.of("/v1/tasks?limit=100", "/v1/tasks/" + call, "/v1/receipts", "/v1/models", "/v1/usage")) {
            see(seen, path, gateway.get(path, customer.key()));
        }
        for (String path : List.of(
                "channels",
                "settings",
                "audit",
                "audit.csv",
                "tasks",
                "tasks/" + call,
                "usage?by=channel",
                "models",
                "books")) {
            see(seen, "/admin/" + path, gateway.get("/admin/" + path, Channels.ADMIN_KEY));
        }
        see(seen, "/metrics", gateway.get("/metrics", Channels.ADMIN_KEY));
        see(seen, "/openapi.json", gateway.get("/openapi.json"));
        for (String path : List.of(
                "/console",
                "/console/requests",
                "/console/requests/" + call,
                "/console/requests/refused",
                "/console/channels",
                "/console/revenue",
                "/console/prices",
                "/console/audit",
                "/console/audit.csv",
                "/console/settings/all",
                "/dashboard",
                "/dashboard/usage",
                "/dashboard/usage.csv",
                "/dashboard/requests",
                "/dashboard/requests.csv",
                "/dashboard/requests/" + call,
                "/dashboard/requests/refused",
                "/dashboard/billing")) {
            Browser.Page page = operator.get(path);
            assertThat(page.status()).as(path).isEqualTo(200);
            seen.put(path, page.response().headers().map() + "\n" + page.body());
        }
    }

    /** As it is, and as it would be written where not all characters can be. */
    private static void assertNowhere(String key, Map<String, String> seen) {
        List<String> spellings = List.of(
                key,
                URLEncoder.encode(key, StandardCharsets.UTF_8),
                Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8)),
                key.replace("/", "\\/"),
                key.substring(0, key.length() - 4));
        seen.forEach((where, text) -> {
            String lower = text.toLowerCase(Locale.ROOT);
            for (String spelling : spellings) {
                assertThat(lower.contains(spelling.toLowerCase(Locale.ROOT)))
                        .as("'%s' is in: %s", spelling, where)
                        .isFalse();
            }
        });
    }
}
