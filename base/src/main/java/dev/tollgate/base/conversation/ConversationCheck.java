package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.Message.Assistant;
import dev.tollgate.base.conversation.Message.ToolCall;
import dev.tollgate.base.conversation.Message.ToolResult;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the order of calls and their results (protocol 4.8). The results that follow an assistant's turn must answer each of its calls exactly
 * once, in any order. Adjacent assistant messages are one turn (D55). An id may be used again in a later turn: it means the nearest call before it.
 */
public final class ConversationCheck {

    private static final int NAMES_SHOWN_MAX = 5;

    private final Set<String> called = new HashSet<>();
    private final Set<String> unanswered = new LinkedHashSet<>();
    private @Nullable Assistant caller;
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
        if (message instanceof Assistant assistant && caller != null && !answering) {
            call(assistant);
            return;
        }
        end();
        answering = false;
        called.clear();
        caller = null;
        if (message instanceof Assistant assistant) {
            call(assistant);
        }
    }

    private void call(Assistant assistant) {
        caller = caller == null ? assistant : caller;
        for (ToolCall call : assistant.toolCalls()) {
            String key = key(call);
            if (!called.add(key)) {
                throw JsonBody.invalid(
                        call.place().path(call.id() == null ? Member.NAME : Member.ID),
                        "must differ from the other calls' ids, " + MessageText.quoted(key) + " is there twice.");
            }
            unanswered.add(key);
        }
    }

    /** Returns the key by which a result names its call. The deprecated form has no id; its result names the function. */
    private static String key(ToolCall call) {
        return call.id() != null ? call.id() : call.name();
    }

    private void answer(ToolResult result) {
        String key = result.toolCallId();
        if (unanswered.remove(key)) {
            return;
        }
        String why = called.contains(key)
                ? "answers " + MessageText.quoted(key) + ", which has been answered already."
                : "must be the " + (result.place().name(Member.ANSWERED).equals("name") ? "name" : "id")
                        + " of a call in the assistant message right before, got " + MessageText.quoted(key) + ".";
        throw JsonBody.invalid(result.place().path(Member.ANSWERED), why);
    }

    private void end() {
        if (caller != null && !unanswered.isEmpty()) {
            throw JsonBody.invalid(
                    caller.place().path(Member.CALLS),
                    "needs " + results + ", one for each call. Missing: " + missing() + ".");
        }
    }

    private String missing() {
        List<String> shown = new ArrayList<>();
        unanswered.stream().limit(NAMES_SHOWN_MAX).map(MessageText::quoted).forEach(shown::add);
        if (unanswered.size() > NAMES_SHOWN_MAX) {
            shown.add("and " + (unanswered.size() - NAMES_SHOWN_MAX) + " more");
        }
        return String.join(", ", shown);
    }
}
