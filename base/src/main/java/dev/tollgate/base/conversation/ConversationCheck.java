package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.Message.Assistant;
import dev.tollgate.base.conversation.Message.ToolCall;
import dev.tollgate.base.conversation.Message.ToolResult;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the order of calls and their results (protocol 4.8). The results that follow an assistant's turn must answer each of its calls exactly
 * once, in any order. Adjacent assistant messages are one turn (D55). An id may be used again in a later turn: it means the nearest call before it.
 */
public final class ConversationCheck {

    private static final int NAMES_SHOWN_MAX = 5;

    private final String results;

    /** The calls of the assistant's turn right before; none after anything else. */
    private OpenCalls<ToolCall, ToolResult> open = new OpenCalls<>();

    private Place caller = Place.NONE;

    private ConversationCheck(String results) {
        this.results = results;
    }

    /**
     * @param results the protocol's word for results, in the plural
     * @throws ApiException 400 that names the message
     */
    public static void check(List<Message> messages, String results) {
        if (isPlain(messages)) {
            return;
        }
        ConversationCheck check = new ConversationCheck(results);
        List<Message> said = messages.stream()
                .filter(message -> !(message instanceof Message.Instruction)) // it goes behind the results (E11)
                .toList();
        Turns.of(said, Assistant.class::isInstance).forEach(check::turn);
        check.end();
    }

    /** Returns whether the conversation has no calls, as in the first turn of each conversation. */
    private static boolean isPlain(List<Message> messages) {
        for (Message message : messages) {
            if (message instanceof Assistant || message instanceof ToolResult) {
                return false;
            }
        }
        return true;
    }

    private void turn(List<Message> turn) {
        if (turn.getFirst() instanceof Assistant) {
            end();
            caller = turn.getFirst().place();
        }
        for (Message message : turn) {
            switch (message) {
                case Assistant assistant -> assistant.toolCalls().forEach(this::call);
                case ToolResult result -> answer(result);
                default -> end();
            }
        }
    }

    private void call(ToolCall call) {
        if (open.has(call.key())) {
            throw JsonBody.invalid(
                    call.place().path(call.id() == null ? Member.NAME : Member.ID),
                    "must differ from the other calls' ids, " + MessageText.quoted(call.key()) + " is there twice.");
        }
        open.add(call.key(), call);
    }

    private void answer(ToolResult result) {
        String key = result.toolCallId();
        if (open.answer(key, result) != null) {
            return;
        }
        String why = open.has(key)
                ? "answers " + MessageText.quoted(key) + ", which has been answered already."
                : "must be the " + (result.place().name(Member.ANSWERED).equals("name") ? "name" : "id")
                        + " of a call in the assistant message right before, got " + MessageText.quoted(key) + ".";
        throw JsonBody.invalid(result.place().path(Member.ANSWERED), why);
    }

    private void end() {
        if (!open.isAnswered()) {
            throw JsonBody.invalid(
                    caller.path(Member.CALLS),
                    "needs " + results + ", one for each call. Missing: " + missing(open.unanswered()) + ".");
        }
        open = new OpenCalls<>();
    }

    private static String missing(List<ToolCall> calls) {
        List<String> shown = new ArrayList<>();
        calls.stream()
                .limit(NAMES_SHOWN_MAX)
                .map(call -> MessageText.quoted(call.key()))
                .forEach(shown::add);
        if (calls.size() > NAMES_SHOWN_MAX) {
            shown.add("and " + (calls.size() - NAMES_SHOWN_MAX) + " more");
        }
        return String.join(", ", shown);
    }
}
