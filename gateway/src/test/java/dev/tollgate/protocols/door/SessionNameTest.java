package dev.tollgate.protocols.door;

import static dev.tollgate.testing.Asserts.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.storage.secrets.SecretBox;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What names a session, in its order (E85). */
class SessionNameTest {

    private record Head(Map<String, String> headers) implements Envelope {
        @Override
        public @Nullable String header(String name) {
            return headers.get(name);
        }

        @Override
        public @Nullable String query(String name) {
            return null;
        }

        @Override
        public String pathParam(String name) {
            return "m";
        }
    }

    private static PromptParts unread() {
        throw new AssertionError("the prompt is walked");
    }

    private static PromptStart start(String text) {
        return new PromptStart(sums -> sums.add(JsonText.of(text)));
    }

    private static SessionName named(Map<String, String> headers, @Nullable String user, @Nullable String cacheKey) {
        return SessionName.of(
                new Head(headers),
                new CallerNames(user, "metadata.user_id", cacheKey, Map.of(), List.of()),
                start("Hi"));
    }

    private static String value(SessionName name) {
        return new String(name.value().get(), StandardCharsets.UTF_8);
    }

    @Test
    void the_first_source_that_names_the_session_counts() {
        List<String> order = List.of(
                "x-tollgate-session",
                "x-claude-code-session-id",
                "session-id",
                "session_id",
                "x-session-id",
                "x-session-affinity",
                "x-opencode-session");
        Map<String, String> headers = new HashMap<>();
        order.forEach(header -> headers.put(header, "of-" + header));
        for (String header : order) {
            SessionName name = named(headers, "user_1_account__session_u", "cached");
            assertThat(name.source()).isEqualTo(header);
            assertThat(value(name)).isEqualTo("of-" + header);
            headers.remove(header);
        }
        assertThat(value(named(headers, "user_1_account__session_u", "cached"))).isEqualTo("cached");
        assertThat(named(headers, "user_1_account__session_u", null).source()).isEqualTo("metadata.user_id");
        assertThat(named(headers, null, null).source()).isEqualTo("prefix");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "user_ab_account__session_0b5c-9|0b5c-9",
                "user_session_1_account__session_2|2",
                "{\"device_id\":\"d\",\"account_uuid\":\"\",\"session_id\":\"s-1\"}|s-1",
                "{\"session_id\" : \"s-2\"}|s-2"
            })
    void a_session_is_found_in_the_name_of_its_user(String user, String session) {
        SessionName name = named(Map.of(), user, null);
        assertThat(name.source()).isEqualTo("metadata.user_id");
        assertThat(value(name)).isEqualTo(session);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "{\"device_id\":\"d\"}", "{\"session_id\":\"\"}", "user_account__session_", "{"})
    void a_name_of_a_user_alone_is_passed_over(String user) {
        assertThat(named(Map.of(), user, null).source()).isEqualTo("prefix");
    }

    @Test
    void a_value_that_is_long_blank_or_not_ascii_is_passed_over() {
        for (String value : List.of("", "a b", "naïve", "x".repeat(256))) {
            assertThat(named(Map.of("session-id", value), null, value).source()).isEqualTo("prefix");
        }
        assertThat(named(Map.of("session-id", "x".repeat(255)), null, null).source())
                .isEqualTo("session-id");
    }

    @Test
    void the_start_of_a_prompt_counts_up_to_its_bound() {
        PromptStart start = start("x".repeat(70_000));
        assertThat(start.bytes()).hasSize(8);
        assertThat(start.bytes()).isEqualTo(start("x".repeat(80_000)).bytes());
        assertThat(start.bytes()).isNotEqualTo(start("y" + "x".repeat(80_000)).bytes());
    }

    @Test
    void the_start_of_a_prompt_is_known_without_a_copy() {
        JsonText text = JsonText.of("x".repeat(8 << 20));
        PromptStart start = new PromptStart(sums -> sums.add(text));
        start.bytes();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(start.bytes()).hasSize(8);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(32 << 10);
    }

    @Test
    void the_start_of_a_prompt_differs_by_the_place_of_its_texts() {
        PromptStart start = new PromptStart(sums -> {
            sums.add(JsonText.of("Hi"));
            sums.next();
        });
        PromptStart other = new PromptStart(sums -> {
            sums.next();
            sums.add(JsonText.of("Hi"));
        });
        assertThat(start.bytes()).isNotEqualTo(other.bytes());
    }

    @Test
    void a_key_differs_by_account_model_source_value_and_installation() {
        SecretBox secrets = new SecretBox("a".repeat(64), new SecureRandom());
        SecretBox others = new SecretBox("b".repeat(64), new SecureRandom());
        Set<Long> keys = new HashSet<>();
        keys.add(named(Map.of("session-id", "s"), null, null)
                .session(secrets, "acct_1", "m", SessionNameTest::unread)
                .key());
        assertThat(keys)
                .contains(named(Map.of("session-id", "s"), null, "t")
                        .session(secrets, "acct_1", "m", SessionNameTest::unread)
                        .key());
        keys.add(named(Map.of("session-id", "s"), null, null)
                .session(secrets, "acct_2", "m", SessionNameTest::unread)
                .key());
        keys.add(named(Map.of("session-id", "s"), null, null)
                .session(secrets, "acct_1", "n", SessionNameTest::unread)
                .key());
        keys.add(named(Map.of("session_id", "s"), null, null)
                .session(secrets, "acct_1", "m", SessionNameTest::unread)
                .key());
        keys.add(named(Map.of("session-id", "t"), null, null)
                .session(secrets, "acct_1", "m", SessionNameTest::unread)
                .key());
        keys.add(named(Map.of("session-id", "s"), null, null)
                .session(others, "acct_1", "m", SessionNameTest::unread)
                .key());
        assertThat(keys).hasSize(6);
    }
}
