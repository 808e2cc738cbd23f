package dev.tollgate.base.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.ChatBodies;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The place of a system or developer message at chat (E11). */
class InstructionsTest {

    private static final String CALLS =
            "{'role':'assistant','tool_calls':[{'id':'c1','function':{'name':'f','arguments':'{}'}},"
                    + "{'id':'c2','function':{'name':'f','arguments':'{}'}}]}";

    /** S is a system message, D a developer's, U the user's, A the assistant's; C has two calls, 1 and 2 are their results. */
    private static String shape(String roles) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < roles.length(); i++) {
            body.append(i == 0 ? "" : ",")
                    .append(
                            switch (roles.charAt(i)) {
                                case 'S' -> "{'role':'system','content':'" + i + "'}";
                                case 'D' -> "{'role':'developer','content':'" + i + "'}";
                                case 'U' -> "{'role':'user','content':'" + i + "'}";
                                case 'A' -> "{'role':'assistant','content':'" + i + "'}";
                                case 'C' -> CALLS;
                                default -> "{'role':'tool','tool_call_id':'c" + roles.charAt(i) + "','content':''}";
                            });
        }
        return read(body.toString()).stream().map(InstructionsTest::shape).collect(Collectors.joining(" "));
    }

    private static List<Message> read(String messages) {
        return ChatBodies.read(("{'model':'m','messages':[" + messages + "]}").replace('\'', '"'))
                .messages();
    }

    private static String shape(Message message) {
        return switch (message) {
            case Message.Instruction it -> "S" + it.text();
            case Message.User it ->
                (it.isInstruction() ? "L" : "U")
                        + ((ContentPart.Text) it.parts().getFirst()).text();
            case Message.Assistant it -> it.toolCalls().isEmpty() ? "A" : "C";
            case Message.ToolResult it -> it.toolCallId();
        };
    }

    @ParameterizedTest
    @CsvSource({
        "SDUA, S0 S1 U2 A",
        "SUDA, S0 U1 L2 A",
        "USSU, U0 L1 L2 U3",
        "SUAD, S0 U1 A L3",
        "ASU, A L1 U2",
        "UC12D, U0 C c1 c2 L4",
        "UC1D2, U0 C c1 c2 L3",
        "UCD1S2U, U0 C c1 c2 L2 L4 U6",
        "UCSA12S, U0 C A c1 c2 L2 L6",
        "SSD, S0 S1 S2"
    })
    void a_later_instruction_stays_behind_all_results(String roles, String placed) {
        assertThat(shape(roles)).isEqualTo(placed);
    }

    @Test
    void a_later_instruction_without_text_is_left_out() {
        assertThat(read("{'role':'user','content':'Hi'},{'role':'system','content':''}"))
                .hasSize(1);
    }
}
