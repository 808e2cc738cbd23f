package dev.tollgate.gemini;

import dev.tollgate.error.ApiError;
import dev.tollgate.error.ApiException;
import dev.tollgate.openai.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The messages grouped as Gemini's contents want them: instructions apart, neighbouring assistant messages as one turn, all
 * results of a turn's calls together in the order of the calls (wire.md 4.1, 4.8).
 *
 * @param instructions texts of system and developer messages wherever they stood
 * @param turns at least one; a {@link Turn.Results} follows each model turn that calls
 */
record Conversation(List<String> instructions, List<Turn> turns) {

    sealed interface Turn {
        record User(Message.User message) implements Turn {}

        record Model(List<Message.Assistant> messages) implements Turn {
            List<Message.ToolCall> calls() {
                return messages.stream().flatMap(m -> m.toolCalls().stream()).toList();
            }

            int lastIndex() {
                return messages.getLast().index();
            }
        }

        record Results(List<Answer> answers) implements Turn {}
    }

    record Answer(Message.ToolCall call, Message.ToolResult result) {}

    static Conversation of(List<Message> messages) {
        Builder builder = new Builder();
        messages.forEach(builder::add);
        return builder.build();
    }

    /** Where the current turn starts: after the last thing that the user said (wire.md 2.4, rule 4). */
    int currentTurnFrom() {
        for (int i = turns.size() - 1; i >= 0; i--) {
            if (turns.get(i) instanceof Turn.User) {
                return i + 1;
            }
        }
        return 0;
    }

    private static final class Builder {
        private final List<String> instructions = new ArrayList<>();
        private final List<Turn> turns = new ArrayList<>();
        private @Nullable OpenCalls open;

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
            requireCallerBefore(assistant);
            if (!turns.isEmpty() && turns.getLast() instanceof Turn.Model before) {
                turns.removeLast();
                turns.add(new Turn.Model(Stream.concat(before.messages().stream(), Stream.of(assistant))
                        .toList()));
            } else {
                turns.add(new Turn.Model(List.of(assistant)));
            }
            if (!assistant.toolCalls().isEmpty()) {
                open = open == null ? new OpenCalls(List.of(assistant)) : open.and(assistant);
            }
        }

        private static boolean isEmpty(Message.Assistant assistant) {
            return assistant.toolCalls().isEmpty()
                    && assistant.thoughtSignature() == null
                    && assistant.files().isEmpty()
                    && (assistant.text() == null || assistant.text().isEmpty());
        }

        /** Gemini refuses calls that follow neither a user's turn nor results. */
        private void requireCallerBefore(Message.Assistant assistant) {
            boolean nobodySpoke = turns.isEmpty() || (turns.size() == 1 && turns.getFirst() instanceof Turn.Model);
            if (nobodySpoke && !assistant.toolCalls().isEmpty()) {
                throw refuse(
                        assistant.index(),
                        "tool_calls",
                        "the conversation cannot begin with tool calls; a 'user' message must come before them.");
            }
        }

        private void addResult(Message.ToolResult result) {
            if (open == null) {
                throw refuse(
                        result.index(),
                        result.answers(),
                        "'%s' answers no tool call: no assistant message with open tool_calls comes before it."
                                .formatted(result.toolCallId()));
            }
            open.answer(result);
            if (open.missing().isEmpty()) {
                turns.add(new Turn.Results(open.answers()));
                open = null;
            }
        }

        private void requireAllAnswered() {
            if (open != null) {
                throw refuse(
                        open.callers.getFirst().index(),
                        "tool_calls",
                        "every call needs a 'tool' message that answers it, before the conversation goes on; missing: "
                                + open.missing() + ".");
            }
        }

        Conversation build() {
            requireAllAnswered();
            if (turns.isEmpty() && instructions.isEmpty()) {
                throw ApiError.invalid("messages", "'messages' holds nothing to answer.")
                        .asException();
            }
            return new Conversation(List.copyOf(instructions), List.copyOf(turns));
        }
    }

    /** The calls of the nearest turn; ids may repeat between turns and even within one (wire.md 4.8). */
    private static final class OpenCalls {
        private final List<Message.Assistant> callers;
        private final List<Message.ToolCall> calls;
        private final Message.@Nullable ToolResult[] results;

        OpenCalls(List<Message.Assistant> callers) {
            this.callers = callers;
            this.calls = callers.stream().flatMap(m -> m.toolCalls().stream()).toList();
            this.results = new Message.ToolResult[calls.size()];
        }

        /** With the calls of a message that follows before any is answered: neighbours are one turn (D55). */
        OpenCalls and(Message.Assistant next) {
            return new OpenCalls(
                    Stream.concat(callers.stream(), Stream.of(next)).toList());
        }

        boolean isUntouched() {
            return Arrays.stream(results).allMatch(Objects::isNull);
        }

        void answer(Message.ToolResult result) {
            for (int i = 0; i < results.length; i++) {
                if (results[i] == null && id(i).equals(result.toolCallId())) {
                    results[i] = result;
                    return;
                }
            }
            throw refuse(
                    result.index(),
                    result.answers(),
                    "'%s' answers no open call of messages.%d; open: %s."
                            .formatted(result.toolCallId(), callers.getFirst().index(), missing()));
        }

        private String id(int call) {
            Message.ToolCall toolCall = calls.get(call);
            return Objects.requireNonNullElse(toolCall.id(), toolCall.name());
        }

        String missing() {
            StringBuilder names = new StringBuilder();
            for (int i = 0; i < results.length; i++) {
                if (results[i] == null) {
                    names.append(names.isEmpty() ? "'" : ", '").append(id(i)).append('\'');
                }
            }
            return names.toString();
        }

        List<Answer> answers() {
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < results.length; i++) {
                answers.add(new Answer(calls.get(i), Objects.requireNonNull(results[i])));
            }
            return List.copyOf(answers);
        }
    }

    private static ApiException refuse(int message, String field, String why) {
        String param = "messages.%d.%s".formatted(message, field);
        return ApiError.invalid(param, "'%s': %s".formatted(param, why)).asException();
    }
}
