package dev.tollgate.upstreams.gemini;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.OpenCalls;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.conversation.Turns;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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

        record Results(List<OpenCalls.Answered> pairs) implements Turn {}
    }

    static GeminiTurns of(Conversation conversation) {
        Builder builder = new Builder(conversation.messages().size());
        conversation.messages().forEach(builder::add);
        return builder.build(conversation.place());
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

    private static final class Builder {
        private final List<JsonText> instructions = new ArrayList<>(1);
        private final List<Turn> turns;
        private @Nullable OpenCalls open;

        Builder(int messages) {
            turns = new ArrayList<>(messages);
        }

        void add(Message message) {
            switch (message) {
                case Message.Instruction instruction -> instructions.add(instruction.text());
                case Message.User user -> {
                    requireAllAnswered();
                    turns.add(new Turn.User(user));
                }
                case Message.Assistant assistant -> addAssistant(assistant);
                case Message.ToolResult result -> addResult(result);
            }
        }

        private void addAssistant(Message.Assistant assistant) {
            if (isEmpty(assistant)) {
                return;
            }
            if (open != null && !open.isUntouched()) {
                requireAllAnswered();
            }
            if (!turns.isEmpty() && turns.getLast() instanceof Turn.Model before) {
                turns.removeLast();
                turns.add(new Turn.Model(Stream.concat(before.messages().stream(), Stream.of(assistant))
                        .toList()));
            } else {
                turns.add(new Turn.Model(List.of(assistant)));
            }
            if (!assistant.toolCalls().isEmpty()) {
                open = open == null ? new OpenCalls(assistant) : open;
                assistant.toolCalls().forEach(open::add);
            }
        }

        private static boolean isEmpty(Message.Assistant assistant) {
            return assistant.toolCalls().isEmpty()
                    && assistant.thoughtSignature() == null
                    && assistant.files().isEmpty()
                    && (assistant.text() == null || assistant.text().isEmpty());
        }

        private void addResult(Message.ToolResult result) {
            if (open == null) {
                throw refuse(
                        result,
                        Member.ANSWERED,
                        "'%s' answers no tool call: no assistant message with open %s comes before it."
                                .formatted(result.toolCallId(), result.place().name(Member.CALLS)));
            }
            if (!open.answer(result)) {
                throw refuse(
                        result,
                        Member.ANSWERED,
                        "'%s' answers no open call of %s; open: %s."
                                .formatted(
                                        result.toolCallId(),
                                        open.caller().place().path(),
                                        quoted(open.unanswered())));
            }
            if (open.isAnswered()) {
                turns.add(new Turn.Results(open.answered()));
                open = null;
            }
        }

        private void requireAllAnswered() {
            if (open != null) {
                throw refuse(
                        open.caller(),
                        Member.CALLS,
                        "every call needs its result before the conversation goes on; missing: "
                                + quoted(open.unanswered()) + ".");
            }
        }

        GeminiTurns build(Place body) {
            requireAllAnswered();
            if (turns.isEmpty() && instructions.isEmpty()) {
                String field = body.path(Member.MESSAGES);
                throw ApiError.invalid(field, "'" + field + "' holds nothing to answer.")
                        .asException();
            }
            return new GeminiTurns(List.copyOf(instructions), List.copyOf(turns));
        }
    }

    private static String quoted(List<String> keys) {
        return "'" + String.join("', '", keys) + "'";
    }

    private static ApiException refuse(Message message, Member member, String why) {
        String param = message.place().path(member);
        return ApiError.invalid(param, "'%s': %s".formatted(param, why)).asException();
    }
}
