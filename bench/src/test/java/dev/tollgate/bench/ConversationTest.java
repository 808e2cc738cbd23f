package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {
    @Test
    void each_message_of_a_long_prompt_has_the_size_asked_for() {
        for (Kind kind : Kind.TALKS) {
            List<String> texts = Conversation.ofMessages(kind.messageBytes()).texts();

            assertThat(texts).hasSize(Conversation.MESSAGES).doesNotHaveDuplicates();
            assertThat(texts).allMatch(text -> text.getBytes(StandardCharsets.UTF_8).length == kind.messageBytes());
        }
    }

    @Test
    void user_and_assistant_take_turns_and_the_user_comes_last() {
        Conversation conversation = new Conversation(List.of("s", "1", "2", "3", "4"));

        assertThat(conversation.of(Kind.Door.CHAT))
                .isEqualTo(
                        "\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"1\"},"
                                + "{\"role\":\"user\",\"content\":\"2\"},{\"role\":\"assistant\",\"content\":\"3\"},"
                                + "{\"role\":\"user\",\"content\":\"4\"}]");
        assertThat(conversation.geminiContents())
                .startsWith("[{\"role\":\"user\",\"parts\":[{\"text\":\"1\"}]},{\"role\":\"user\"")
                .endsWith(",{\"role\":\"model\",\"parts\":[{\"text\":\"3\"}]},"
                        + "{\"role\":\"user\",\"parts\":[{\"text\":\"4\"}]}]");
    }

    @Test
    void quotes_backslashes_and_line_ends_are_escaped() {
        Conversation conversation = new Conversation(List.of("a \"b\" \\ é\n", "u"));

        assertThat(conversation.geminiInstruction()).isEqualTo("{\"parts\":[{\"text\":\"a \\\"b\\\" \\\\ é\\n\"}]}");
    }
}
