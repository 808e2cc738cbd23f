package dev.tollgate.upstreams;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.FarServer.gemini;
import static dev.tollgate.testing.FarServer.geminiEnd;
import static dev.tollgate.testing.FarServer.geminiText;
import static dev.tollgate.testing.FarServer.whole;
import static dev.tollgate.testing.ServedChannels.KEY_A;
import static dev.tollgate.testing.ServedChannels.KEY_B;
import static dev.tollgate.testing.ServedChannels.firstAndSecond;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Channels;
import dev.tollgate.testing.FarServer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Scrape;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operator's file: what is refused and how, and what happens to calls when it is read again. */
@Timeout(240)
class ChannelsFileTest {

    private final FarServer a = FarServer.saying("from a");
    private final FarServer b = FarServer.saying("from b");

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            channels: []                                                | :1: channels holds 0 channels; allowed are 1 to 100
            channel: []                                                 | :1: channel is an unknown key; allowed is one of affinity, channels, hedge_after.
            channels: [{id: a}]                                         | :1: channels[0].kind is missing.
            channels: [{id: a, kind: azure, key: KEY}]                  | channels[0].kind is 'azure'; allowed is one of gemini, openai, vertex.
            channels: [{id: "a b", kind: gemini, key: KEY}]             | channels[0].id is 'a b'; allowed is 1 to 64 of A-Z
            channels: [{id: a, kind: gemini}]                           | channels[0] has no key; allowed is one of key, key_env, key_file.
            channels: [{id: a, kind: gemini, key: "KEY KEY"}]           | channels[0].key is not a usable key; allowed is 1 to 512 printable
            channels: [{id: a, kind: gemini, key: KEY, key_env: E}]     | channels[0].key_env is a second key
            channels: [{id: a, kind: gemini, key_env: NOT_SET}]         | channels[0].key_env names a variable that is not set: NOT_SET.
            channels: [{id: a, kind: gemini, key_env: "sk-x y"}]        | channels[0].key_env is not the name of a variable
            channels: [{id: a, kind: gemini, key_file: /no/such/file}]  | channels[0].key_file names a file that cannot be read
            channels: [{id: a, kind: gemini, key: KEY, base_url: "ftp://x"}]  | channels[0].base_url is 'ftp://x'; allowed is an http or https URL
            channels: [{id: a, kind: gemini, key: KEY, base_url: "http://u:KEY@h"}]  | channels[0].base_url is not valid
            channels: [{id: a, kind: gemini, key: KEY, priority: 0}]    | channels[0].priority is '0'; allowed is a whole number from 1 to 100.
            channels: [{id: a, kind: gemini, key: KEY, credential_expires: soon}] | channels[0].credential_expires is 'soon'; allowed is a day like 2027-03-31.
            channels: [{id: a, kind: gemini, key: KEY, weight: -1}]     | channels[0].weight is '-1'; allowed is a whole number from 1 to 1000.
            channels: [{id: a, kind: gemini, key: KEY, project: "a b"}] | channels[0].project is 'a b'; allowed is 1 to 128 of A-Z a-z 0-9 . : _ -
            channels: [{id: a, kind: gemini, key: KEY, models: [gemini-2.5-pro], flex: [gemini-3*]}] | channels[0].flex[0] is 'gemini-3*', which is no model of this channel; allowed is the start of an id with * behind it, or one of gemini-2.5-pro.
            channels: [{id: a, kind: gemini, key: KEY, flex: all}]      | channels[0].flex
            channels: [{id: a, kind: gemini, key: KEY, models: [gpt-9]}] | channels[0].models[0] is of the model 'gpt-9', which is not on sale; allowed is one of gemini-2.5-flash, gemini-2.5-flash-lite, gemini-2.5-pro
            channels: [{id: a, kind: gemini, key: KEY, models: {gemini-3-pro: x}}] | channels[0].models.gemini-3-pro is 'x'; allowed is one of gemini-2.5-flash
            channels: [{id: a, kind: gemini, key: KEY, timeouts: {idle: 1}}] | channels[0].timeouts.idle is '1'; allowed is a time like 500ms
            channels: [{id: a, kind: gemini, key: KEY, timeouts: {total: 1s}}] | channels[0].timeouts.total is an unknown key; allowed is one of connect, first, idle.
            channels: [{id: a, kind: gemini, key: KEY, store: maybe}]   | channels[0].store is 'maybe'; allowed is one of false, true.
            channels: [{id: a, kind: vertex, key: KEY, store: true}]    | channels[0].store is an unknown key
            channels: [{id: a, kind: openai, base_url: "http://h", models: {gemini-3-pro: m}, store: true}] | channels[0].store has no meaning here; it needs a base_url at generativelanguage.googleapis.com.
            channels: [{id: a, kind: gemini, key: KEY, location: us}]   | channels[0].location is an unknown key
            channels: [{id: a, kind: openai, key: KEY}]                 | channels[0].models is missing.
            channels: [{id: a, kind: openai, models: {gemini-3-pro: m}}] | channels[0] has no base_url
            channels: [{id: a, kind: openai, base_url: "http://h", models: {gemini-3-pro: m}, max_tokens_field: n}] | allowed is one of max_completion_tokens, max_tokens.
            channels: [{id: a, kind: vertex, project: p, location: us}] | channels[0] has no credential; allowed is one of credentials_file, key
            channels: [{id: a, kind: vertex, key: KEY, location: us}]   | channels[0].location has no meaning in express mode
            channels: [{id: a, kind: vertex, credentials_file: pom.xml}] | channels[0].credentials_file names a file that is not JSON.
            channels: [{id: a, kind: gemini, key: KEY}, {id: a, kind: gemini, key: KEY}] | channels[1].id names a second channel 'a'.
            channels: [{id: a, kind: gemini, key: KEY                   | this is not YAML that can be read
            """)
    void a_file_with_an_error_stops_the_start_with_the_place_and_what_is_allowed(String yaml, String complaint) {
        assertThatThrownBy(() -> Channels.of(yaml.replace("KEY", KEY_A)).close())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(complaint)
                .hasMessageContaining(".yaml:")
                .message()
                .doesNotContain(KEY_A);
    }

    @Test
    void an_operator_has_the_file_read_again_by_a_page_and_it_stands_in_the_audit_log() {
        String password = "the operator of the channels";
        try (Channels channels = Channels.of(Channels.one(a.url()), Map.of("TOLLGATE_OPERATOR_PASSWORD", password));
                LogCapture log = new LogCapture()) {
            Browser operator = new Browser(channels.gateway().url());
            operator.signIn("operator", password);
            channels.write(Channels.one(b.url()));
            assertThat(channels.text()).isEqualTo("from a");
            assertThat(operator.submit("/console/channels", "/console/channels", Map.of("deed", "channels.reload"))
                            .location())
                    .isEqualTo("/console/channels?read=yes");
            assertThat(channels.text()).isEqualTo("from b");
            channels.write("channels: []");
            assertThat(operator.submit("/console/channels", "/console/channels", Map.of("deed", "channels.reload"))
                            .location())
                    .isEqualTo("/console/channels?read=no");
            assertThat(channels.text()).isEqualTo("from b");
            assertThat(operator.get("/console/audit").body()).contains("channels.reload");
            assertThat(log.text()).contains("channels file rejected");
        }
    }

    private static final FarServer.Answer COUNTED = whole(200, "{\"totalTokens\":4}");

    private static FarServer.Answer echoing(int status, String key, String url) {
        return whole(
                status,
                "{\"error\":{\"code\":%d,\"message\":\"API key %s of %s is not valid\",\"status\":\"X\"}}"
                        .formatted(status, key, url));
    }

    @Test
    void an_operator_tries_a_channel_for_free_and_its_health_stays_what_calls_have_made_it() throws Exception {
        String password = "the operator of the channels";
        String third =
                "  - {id: c, kind: openai, base_url: \"http://127.0.0.1:1\", key: %s, priority: 3, models: {gemini-2.5-pro: m}}\n"
                        .formatted(KEY_B);
        try (Channels channels =
                        Channels.of(firstAndSecond(a, b) + third, Map.of("TOLLGATE_OPERATOR_PASSWORD", password));
                LogCapture log = new LogCapture()) {
            a.script(request -> request.path().endsWith(":countTokens") ? COUNTED : whole(500, ""));
            b.script(request ->
                    request.path().endsWith(":countTokens") ? echoing(403, KEY_B, b.url()) : gemini("from b"));
            for (int i = 0; i < 5; i++) {
                assertThat(channels.text()).isEqualTo("from b");
            }
            assertThat(channels.status("a").at("/breaker/state").asString()).isEqualTo("open");
            var balance = channels.customer().balance();

            Gateway.Reply well = tryOut(channels, "a");
            assertThat(well.json().get("answered").asBoolean()).isTrue();
            assertThat(well.json().get("milliseconds").asLong()).isBetween(0L, 30_000L);
            Gateway.Reply ill = tryOut(channels, "b");
            assertThat(ill.json().get("answered").asBoolean()).isFalse();
            assertThat(ill.json().get("error").asString()).isEqualTo("misconfigured");
            assertThat(tryOut(channels, "c").status()).isEqualTo(409);
            assertThat(tryOut(channels, "d").status()).isEqualTo(404);
            assertThat(channels.status("a").at("/breaker/state").asString()).isEqualTo("open");
            assertThat(channels.status("b").toString()).contains("\"healthy\":true", "\"rest\":null");
            assertThat(channels.customer().balance()).isEqualByComparingTo(balance);

            Browser operator = new Browser(channels.gateway().url());
            operator.signIn("operator", password);
            String good = operator.get(tried(operator, "a")).body();
            assertThat(good).contains("Counted a few tokens, free of charge, in ");
            String bad = operator.get(tried(operator, "b")).body();
            assertThat(bad).contains("Failed after ", "misconfigured.");
            assertThat(operator.submit(
                                    "/console/channels", "/console/channels", Map.of("deed", "channel.try", "id", "c"))
                            .body())
                    .contains("its protocol does not count tokens");
            String audit = operator.get("/console/audit").body();
            assertThat(audit).contains("channel.try", "misconfigured");
            assertThat(audit + good + bad + well.text() + ill.text() + log.text())
                    .doesNotContain(KEY_A, KEY_B);
            assertThat(audit + good + bad + well.text() + ill.text()).doesNotContain(a.url(), b.url());
        }
    }

    @Test
    void a_channel_shows_its_last_error_and_counts_errors_by_kind() throws Exception {
        String password = "the operator of the channels";
        try (Channels channels = Channels.of(firstAndSecond(a, b), Map.of("TOLLGATE_OPERATOR_PASSWORD", password))) {
            b.script(request -> gemini("from b"));
            for (int status : new int[] {500, 500, 403}) {
                a.script(request -> whole(status, ""));
                assertThat(channels.text()).isEqualTo("from b");
            }
            Browser operator = new Browser(channels.gateway().url());
            operator.signIn("operator", password);
            assertThat(operator.get("/console/channels").body())
                    .containsPattern("Last error: misconfigured, <span title=\"[^\"]+\">[^<]+</span> \\([^)]+\\)")
                    .containsOnlyOnce("Last error")
                    .contains("Errors since this server opened the channel: 2 unavailable, 1 misconfigured.");
        }
    }

    private static final String READ_AGAIN = "{\"reason\":\"a new key\"}";

    private static Gateway.Reply tryOut(Channels channels, String id) {
        return channels.gateway().post("/admin/channels/" + id + "/try", "{}", Channels.ADMIN_KEY);
    }

    private static String tried(Browser operator, String id) {
        Browser.Page page =
                operator.submit("/console/channels", "/console/channels", Map.of("deed", "channel.try", "id", id));
        assertThat(page.status()).as(page.body()).isEqualTo(303);
        return page.location();
    }

    @Test
    void a_channel_is_tried_one_at_a_time_and_six_times_a_minute_and_the_file_is_read_again_by_the_api() {
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        a.script(request -> {
            asked.countDown();
            goOn.join();
            return COUNTED;
        });
        try (Channels channels = Channels.of(Channels.one(a.url()))) {
            CompletableFuture<Gateway.Reply> first = CompletableFuture.supplyAsync(() -> tryOut(channels, "a"));
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(tryOut(channels, "a").text()).contains("is being tried right now");
            goOn.complete(null);
            assertThat(first.join().json().get("answered").asBoolean()).isTrue();
            for (int i = 0; i < 4; i++) {
                assertThat(tryOut(channels, "a").status()).isEqualTo(200);
            }
            Gateway.Reply seventh = tryOut(channels, "a");
            assertThat(seventh.status()).isEqualTo(409);
            assertThat(seventh.text()).contains("6 times within a minute");
            assertThat(a.asked()).isEqualTo(5);
            channels.write(Channels.one(b.url()));
            Gateway.Reply read = channels.gateway().post("/admin/channels/reload", READ_AGAIN, Channels.ADMIN_KEY);
            assertThat(read.json().get("taken").asBoolean()).isTrue();
            assertThat(channels.text()).isEqualTo("from b");
            channels.write("channels: []");
            assertThat(channels.gateway()
                            .post("/admin/channels/reload", READ_AGAIN, Channels.ADMIN_KEY)
                            .json()
                            .get("taken")
                            .asBoolean())
                    .isFalse();
            assertThat(channels.text()).isEqualTo("from b");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void an_error_in_a_reread_file_is_reported_and_changes_nothing() {
        try (Channels channels = Channels.of(Channels.one(a.url()));
                LogCapture log = new LogCapture()) {
            boolean taken =
                    channels.reload("channels:\n  - id: x\n    kind: gemini\n    key: " + KEY_B + "\n    wieght: 2\n");
            assertThat(taken).isFalse();
            assertThat(channels.text()).isEqualTo("from a");
            assertThat(log.text())
                    .contains(channels.file() + ":5: channels[0].wieght is an unknown key; allowed is one of ")
                    .doesNotContain(KEY_B);
            java.nio.file.Files.delete(channels.file());
            assertThat(channels.gateway().app().upstreams().reload()).isFalse();
            assertThat(channels.text()).isEqualTo("from a");
            channels.write("channels: []");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Its events come one by one, as a test lets them. */
    private record Slow(CountDownLatch begun, CompletableFuture<Void> goOn) {
        FarServer.Answer answer() {
            List<String> events = List.of(geminiText("slowly "), geminiText("on a"), geminiEnd(1000, 100));
            return new FarServer.Answer.Stream(
                    () -> {
                        Iterator<String> all = events.iterator();
                        return Stream.generate(() -> {
                                    String next = all.next();
                                    if (next.contains("on a")) {
                                        begun.countDown();
                                        goOn.join();
                                    }
                                    return next;
                                })
                                .limit(events.size())
                                .iterator();
                    },
                    false);
        }
    }

    @Test
    void running_calls_end_on_the_channel_that_they_have_and_new_ones_go_to_the_new_channels() throws Exception {
        int calls = 20;
        Slow slow = new Slow(new CountDownLatch(calls), new CompletableFuture<>());
        a.script(request -> slow.answer());
        try (Channels channels = Channels.of(Channels.one(a.url()))) {
            List<CompletableFuture<Gateway.Reply>> running = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                running.add(channels.customer().chatAside(Channels.CALL.formatted(true)));
            }
            slow.begun().await();
            assertThat(channels.status("a").get("in_flight").asInt()).isEqualTo(calls);
            assertThat(channels.reload(Channels.one(b.url()).replace("id: a", "id: b")))
                    .isTrue();
            for (int i = 0; i < 5; i++) {
                assertThat(channels.text()).isEqualTo("from b");
            }
            assertThat(channels.admin().text()).doesNotContain("\"a\"");
            slow.goOn().complete(null);
            for (CompletableFuture<Gateway.Reply> reply : running) {
                assertThat(reply.get().content()).isEqualTo("slowly on a");
                assertThat(reply.get().text()).contains("[DONE]");
            }
            Gateway.await("the old channel's connections to go", () -> a.connections() == 0);
            assertThat(a.asked()).isEqualTo(calls);
        }
    }

    /** Readings and calls as fast as they come: no call may be lost between two readings. */
    @Test
    void no_call_is_lost_while_the_file_is_read_again_and_again() {
        try (Channels channels = Channels.of(Channels.one(a.url()))) {
            List<CompletableFuture<Gateway.Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                replies.add(channels.customer().chatAside(Channels.CALL.formatted(i % 2 == 0)));
                FarServer next = i % 2 == 0 ? b : a;
                assertThat(channels.reload(Channels.one(next.url()))).isTrue();
            }
            replies.forEach(reply -> assertThat(reply.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS)
                            .join()
                            .text())
                    .containsAnyOf("from a", "from b"));
        }
    }

    @Test
    void a_channel_that_has_not_changed_keeps_its_connections_and_its_breaker() {
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            channels.text();
            a.script(whole(500, ""));
            for (int i = 0; i < 6; i++) {
                channels.text();
            }
            int connections = a.connections();
            channels.reload(firstAndSecond(a, b).replace("priority: 2", "priority: 7"));
            assertThat(channels.status("a").at("/breaker/state").asString()).isEqualTo("open");
            assertThat(channels.status("b").at("/models/0/priority").asInt()).isEqualTo(7);
            assertThat(a.connections()).isEqualTo(connections);
            channels.reload(firstAndSecond(a, b).replace(KEY_A, "another-key"));
            assertThat(channels.status("a").at("/breaker/state").asString()).isEqualTo("closed");
        }
    }

    /** The date behind the alert that fires a week before; it may be moved without a new key. */
    @Test
    void credential_ends_are_reported_if_the_operator_entered_them() {
        String name = "tollgate_channel_credential_expiry_timestamp_seconds";
        String ending = firstAndSecond(a, b).replace("priority: 1", "priority: 1, credential_expires: 2027-03-31");
        try (Channels channels = Channels.of(ending)) {
            Map<String, Double> told = Scrape.of(channels.gateway()).series();
            assertThat(told).containsEntry(name + "{channel=\"a\"}", 1_806_451_200.0);
            assertThat(told).doesNotContainKey(name + "{channel=\"b\"}");
            channels.reload(ending.replace("2027-03-31", "2027-04-01"));
            Scrape.awaited(channels.gateway(), it -> it.sum(name) == 1_806_451_200 + 86_400);
            channels.reload(firstAndSecond(a, b));
            Scrape.awaited(channels.gateway(), it -> it.sum(name) == 0);
        }
    }

    @Test
    void reading_the_file_again_lifts_rests() {
        a.script(whole(403, "{\"error\":{\"code\":403,\"message\":\"disabled\"}}"));
        try (Channels channels = Channels.of(firstAndSecond(a, b))) {
            assertThat(channels.text()).isEqualTo("from b");
            a.script(gemini("mended"));
            assertThat(channels.text()).isEqualTo("from b");
            channels.reload(firstAndSecond(a, b));
            assertThat(channels.text()).isEqualTo("mended");
        }
    }

    @Test
    void without_a_file_the_one_channel_of_the_settings_answers() {
        try (Gateway gateway = Gateway.start(
                java.util.Map.of("GOOGLE_GEMINI_BASE_URL", a.url(), "TOLLGATE_ADMIN_KEY", Channels.ADMIN_KEY))) {
            assertThat(gateway.chat(Channels.CALL.formatted(false)).text()).contains("from a");
            assertThat(gateway.get("/admin/channels", Channels.ADMIN_KEY)
                            .json()
                            .at("/data/0/id")
                            .asString())
                    .isEqualTo("gemini");
            assertThat(gateway.app().banner().text()).contains("Answers come from " + a.url());
        }
    }

    @Test
    void the_start_logs_the_channels_and_the_models_without_one() {
        String yaml = Channels.one(a.url()).replace("}", ", models: [gemini-2.5-pro]}");
        try (Channels channels = Channels.of(yaml)) {
            assertThat(channels.gateway().app().banner().text())
                    .contains("Answers come from 1 channel of ")
                    .contains(
                            "warning: no channel serves the models gemini-2.5-flash, ",
                            " gemini-3-pro, ",
                            "; calls of them fail.")
                    .doesNotContain("gemini-2.5-flash-lite, gemini-2.5-pro, ", KEY_A);
        }
    }
}
