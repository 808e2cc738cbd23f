package dev.tollgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ToolTalkTest {

    @Test
    void each_door_gets_each_call_and_each_result_once() {
        ToolTalk talk = new ToolTalk(Conversation.ofMessages(100));
        for (Kind kind : Kind.AGENTS) {
            String prompt = talk.of(kind.door());
            assertThat(prompt.split("\"call_30\"", -1)).as(kind.label()).hasSize(3);
            assertThat(prompt.split("Message 30. ", -1)).as(kind.label()).hasSize(2);
        }
        assertThat(talk.ofGemini().split("functionCall\"", -1)).hasSize(1 + ToolTalk.TURNS);
    }
}
