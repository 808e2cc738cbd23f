package dev.tollgate.upstreams.sessions;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.PromptParts;
import dev.tollgate.base.conversation.PromptPrint;
import dev.tollgate.testing.TestClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A node remembers a few prompts of each session, without any text, within bounds (E86). */
class PromptMemoryTest {

    private static final String ACCOUNT = "acct_1";
    private static final String OTHER = "acct_2";

    private final TestClock clock = new TestClock("2026-11-26T12:00:00Z");
    private final PromptMemory memory = new PromptMemory(clock, Long.MAX_VALUE);

    private static CallSession session(String account, long key) {
        return new CallSession(account, "session-id", () -> key);
    }

    /** A prompt without system text and tools. */
    private static PromptParts prompt(String... messages) {
        PromptPrint.Making print = new PromptPrint.Making();
        long bytes = 0;
        print.end(bytes);
        print.end(bytes);
        for (String message : messages) {
            print.add(message);
            bytes += message.length();
            print.end(bytes);
        }
        return new PromptParts(print.print(bytes), true, part -> "messages." + (part - 2));
    }

    /** A prompt of many messages of a byte. */
    private static PromptParts prompt(int messages) {
        return prompt("m ".repeat(messages).split(" "));
    }

    private void answered(CallSession session, int tokens, PromptParts prompt) {
        clock.goOn(Duration.ofMillis(1));
        memory.look(session, prompt).answered(tokens, 1);
    }

    private CallPrompt.@Nullable Earlier earlier(CallSession session, String... messages) {
        return memory.look(session, prompt(messages)).earlier();
    }

    @Test
    void a_call_is_compared_with_the_prompt_that_shares_most() {
        CallSession session = session(ACCOUNT, 1);
        answered(session, 10, prompt("aa", "bb", "cc"));
        answered(session, 20, prompt("aa", "xx"));
        answered(session, 30, prompt("yy"));
        clock.goOn(Duration.ofSeconds(94));
        CallPrompt.Earlier earlier = earlier(session, "aa", "bb", "dd");
        assertThat(earlier).isEqualTo(new CallPrompt.Earlier(10, 6, 4, "messages.2", 1, 94_002));
    }

    @Test
    void a_prompt_replaces_the_prompt_that_it_continues_else_the_oldest() {
        CallSession session = session(ACCOUNT, 1);
        answered(session, 2, prompt("b"));
        answered(session, 1, prompt("a"));
        answered(session, 1, prompt("a", "x"));
        answered(session, 3, prompt("a", "x", "b"));
        answered(session, 4, prompt("c"));
        answered(session, 5, prompt("d"));
        assertThat(earlier(session, "b").tokens())
                .as("a continued prompt needs no room")
                .isEqualTo(2);
        answered(session, 6, prompt("e"));
        assertThat(earlier(session, "b").commonBytes())
                .as("the fifth takes the oldest's place")
                .isZero();
        assertThat(earlier(session, "a", "x", "b").tokens()).isEqualTo(3);
    }

    @Test
    void another_accounts_session_is_never_read() {
        answered(session(ACCOUNT, 1), 10, prompt("aa"));
        assertThat(earlier(session(ACCOUNT, 1), "aa")).isNotNull();
        assertThat(earlier(session(OTHER, 1), "aa")).as("the same key").isNull();
        assertThat(earlier(session(ACCOUNT, 2), "aa")).isNull();
    }

    @Test
    void a_prompt_is_forgotten_after_two_hours() {
        answered(session(ACCOUNT, 1), 10, prompt("aa"));
        clock.goOn(PromptMemory.KEPT.minusMillis(1));
        assertThat(earlier(session(ACCOUNT, 1), "aa")).isNotNull();
        clock.goOn(Duration.ofMillis(1));
        assertThat(earlier(session(ACCOUNT, 1), "aa")).isNull();
        long before = memory.bytes();
        answered(session(OTHER, 2), 10, prompt("aa"));
        assertThat(memory.bytes()).as("what is old makes room").isEqualTo(before);
    }

    @Test
    void an_account_has_at_most_128_sessions() {
        answered(session(OTHER, 1_000), 10, prompt("aa"));
        for (int key = 0; key <= PromptMemory.SESSIONS_MAX; key++) {
            answered(session(ACCOUNT, key), 10, prompt("aa"));
        }
        assertThat(earlier(session(ACCOUNT, 0), "aa")).isNull();
        assertThat(earlier(session(ACCOUNT, 1), "aa")).isNotNull();
        assertThat(earlier(session(OTHER, 1_000), "aa"))
                .as("of another account")
                .isNotNull();
    }

    @Test
    void an_account_has_at_most_four_mebibytes() {
        PromptParts large = prompt(4_000);
        for (int key = 0; key < PromptMemory.SESSIONS_MAX; key++) {
            for (int each = 0; each < PromptMemory.PROMPTS_MAX; each++) {
                answered(session(ACCOUNT, key), 10, prompt(("x" + each + " " + "m ".repeat(4_000)).split(" ")));
            }
            assertThat(memory.bytes()).isLessThanOrEqualTo(PromptMemory.ACCOUNT_BYTES_MAX);
        }
        assertThat(memory.bytes()).isGreaterThan(PromptMemory.ACCOUNT_BYTES_MAX / 2);
        answered(session(OTHER, 1_000), 10, large);
        assertThat(memory.bytes()).isGreaterThan(PromptMemory.ACCOUNT_BYTES_MAX - 200_000);
    }

    @Test
    void a_node_forgets_the_oldest_session_first() {
        PromptMemory small = new PromptMemory(clock, 1_000);
        for (int key = 0; key < 9; key++) {
            small.look(session("acct_" + key, key), prompt("aa")).answered(10, 1);
            assertThat(small.bytes()).isLessThanOrEqualTo(1_000);
        }
        assertThat(small.look(session("acct_0", 0), prompt("aa")).earlier()).isNull();
        assertThat(small.look(session("acct_8", 8), prompt("aa")).earlier()).isNotNull();
    }

    @Test
    void messages_above_4096_are_one_part() {
        PromptPrint print = prompt(5_000).print();
        assertThat(print.parts()).isEqualTo(2 + 4_096 + 1);
        assertThat(print.bytes(print.parts())).isEqualTo(5_000);
        assertThat(print.common(prompt(5_001).print())).isEqualTo(2 + 4_096);
        assertThat(prompt(4_096).print().parts()).isEqualTo(2 + 4_096);
    }
}
