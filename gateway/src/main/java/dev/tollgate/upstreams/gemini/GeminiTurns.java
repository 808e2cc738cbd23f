package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.OpenCalls;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.Turns;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages grouped as Gemini's contents want them: instructions apart, neighbouring assistant messages as one turn, all
 * results of a turn's calls together in the order of the calls (protocol 4.1, 4.8).
 *
 * @param instructions texts of the system and developer messages before the first other one
 * @param turns at least one; a {@link Turn.Results} follows each model turn that calls
 */
record GeminiTurns(List<JsonText> instructions, List<Turn> turns) {

    sealed interface Turn {
        record User(Message.User message) implements Turn {}

        record Model(List<Message.Assistant> messages) implements Turn {
            List<Message.ToolCall> calls() {
                return messages.stream().flatMap(m -> m.toolCalls().stream()).toList();
            }

            Place lastPlace() {
                return messages.getLast().place();
            }
        }

        record Results(List<OpenCalls.Answered<Message.ToolCall, Message.ToolResult>> pairs) implements Turn {}
    }

    /** @throws IllegalStateException if a call has no result or a result no call: each door refuses that in its own words */
    static GeminiTurns of(Conversation conversation) {
        List<JsonText> instructions = new ArrayList<>(1);
        List<Message> said = new ArrayList<>(conversation.messages().size());
        for (Message message : conversation.messages()) {
            if (message instanceof Message.Instruction instruction) {
                instructions.add(instruction.text());
            } else if (!(message instanceof Message.Assistant assistant && isEmpty(assistant))) {
                said.add(message);
            }
        }
        if (said.isEmpty() && instructions.isEmpty()) {
            String field = conversation.place().path(Member.MESSAGES);
            throw ApiError.invalid(field, "'" + field + "' holds nothing to answer.")
                    .asException();
        }
        return new GeminiTurns(List.copyOf(instructions), turns(said));
    }

    private static boolean isEmpty(Message.Assistant assistant) {
        return assistant.isEmpty() && assistant.thoughtSignature() == null;
    }

    private static List<Turn> turns(List<Message> said) {
        List<Turn> turns = new ArrayList<>(said.size());
        OpenCalls<Message.ToolCall, Message.ToolResult> open = new OpenCalls<>();
        for (List<Message> turn : Turns.of(said, Message.Assistant.class::isInstance)) {
            if (turn.getFirst() instanceof Message.Assistant) {
                require(open.isAnswered());
                Turn.Model model = new Turn.Model(
                        turn.stream().map(Message.Assistant.class::cast).toList());
                turns.add(model);
                open = new OpenCalls<>();
                for (Message.ToolCall call : model.calls()) {
                    open.add(call.key(), call);
                }
            } else {
                for (Message message : turn) {
                    users(message, open, turns);
                }
            }
        }
        require(open.isAnswered());
        return List.copyOf(turns);
    }

    private static void users(Message message, OpenCalls<Message.ToolCall, Message.ToolResult> open, List<Turn> turns) {
        if (message instanceof Message.ToolResult result) {
            require(open.answer(result.toolCallId(), result) != null);
            if (open.isAnswered()) {
                turns.add(new Turn.Results(open.answered()));
            }
        } else {
            require(open.isAnswered());
            turns.add(new Turn.User((Message.User) message));
        }
    }

    private static void require(boolean areAnswered) {
        if (!areAnswered) {
            throw new IllegalStateException(
                    "A door has let in a call without its result, or a result without its call.");
        }
    }

    /**
     * Returns the first message if it or its neighbour has calls, otherwise null: Gemini refuses calls that follow neither a user's turn
     * nor results.
     */
    Message.@Nullable Assistant beginsWithCalls() {
        return !turns.isEmpty()
                        && turns.getFirst() instanceof Turn.Model first
                        && !first.calls().isEmpty()
                ? first.messages().getFirst()
                : null;
    }

    /** Returns the index of the current turn. An instruction is nothing that the user says: the calls before it stay as they were sent (E11). */
    int currentTurnFrom() {
        return Turns.currentFrom(
                turns, turn -> turn instanceof Turn.User user && !user.message().isInstruction());
    }
}
