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
import org.jspecify.annotations.Nullable;

/**
 * Checks the order of calls and their results (protocol 4.8). The results that follow an assistant's turn must answer each of its calls exactly
 * once, in any order. Adjacent assistant messages are one turn (D55). An id may be used again in a later turn: it means the nearest call before it.
 */
public final class ConversationCheck {

    private static final int NAMES_SHOWN_MAX = 5;

    private @Nullable OpenCalls open;
    private boolean answering;

    private final String results;

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
        messages.forEach(check::next);
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

    private void next(Message message) {
        if (message instanceof Message.Instruction) {
            return; // it goes behind the results (E11)
        }
        if (message instanceof ToolResult result) {
            answering = true;
            answer(result);
            return;
        }
        if (message instanceof Assistant assistant && open != null && !answering) {
            call(assistant);
            return;
        }
        end();
        answering = false;
        open = null;
        if (message instanceof Assistant assistant) {
            call(assistant);
        }
    }

    private void call(Assistant assistant) {
        OpenCalls its = open == null ? new OpenCalls(assistant) : open;
        open = its;
        for (ToolCall call : assistant.toolCalls()) {
            String key = OpenCalls.key(call);
            if (its.has(key)) {
                throw JsonBody.invalid(
                        call.place().path(call.id() == null ? Member.NAME : Member.ID),
                        "must differ from the other calls' ids, " + MessageText.quoted(key) + " is there twice.");
            }
            its.add(call);
        }
    }

    private void answer(ToolResult result) {
        if (open != null && open.answer(result)) {
            return;
        }
        String key = result.toolCallId();
        String why = open != null && open.has(key)
                ? "answers " + MessageText.quoted(key) + ", which has been answered already."
                : "must be the " + (result.place().name(Member.ANSWERED).equals("name") ? "name" : "id")
                        + " of a call in the assistant message right before, got " + MessageText.quoted(key) + ".";
        throw JsonBody.invalid(result.place().path(Member.ANSWERED), why);
    }

    private void end() {
        if (open != null && !open.isAnswered()) {
            throw JsonBody.invalid(
                    open.caller().place().path(Member.CALLS),
                    "needs " + results + ", one for each call. Missing: " + missing(open.unanswered()) + ".");
        }
    }

    private static String missing(List<String> keys) {
        List<String> shown = new ArrayList<>();
        keys.stream().limit(NAMES_SHOWN_MAX).map(MessageText::quoted).forEach(shown::add);
        if (keys.size() > NAMES_SHOWN_MAX) {
            shown.add("and " + (keys.size() - NAMES_SHOWN_MAX) + " more");
        }
        return String.join(", ", shown);
    }
}
