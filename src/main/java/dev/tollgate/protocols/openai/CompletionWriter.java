package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import java.util.List;

/** Writes a whole answer as JSON. Not thread-safe, used once. */
public final class CompletionWriter {

    private final JsonPieces pieces;
    private final Utf8Buffer out;

    private CompletionWriter(JsonPieces pieces) {
        this.pieces = pieces;
        this.out = pieces.out();
    }

    /** Writes the answer in UTF-8; what is long in it stays where it was collected. */
    public static void write(ChatCompletion completion, JsonPieces out) {
        new CompletionWriter(out).completion(completion);
    }

    private void completion(ChatCompletion it) {
        out.raw("{\"id\":").string(it.id());
        out.raw(",\"object\":\"chat.completion\",\"created\":").number(it.created());
        out.raw(",\"model\":").string(it.model());
        out.raw(",\"choices\":[");
        for (int i = 0; i < it.choices().size(); i++) {
            out.raw(i == 0 ? "" : ",");
            choice(it.choices().get(i));
        }
        it.usage().write(out.raw("],\"usage\":"));
        if (it.serviceTier() != null) {
            out.raw(",\"service_tier\":").string(it.serviceTier());
        }
        out.raw(",\"credits_consumed\":").credits(it.creditsMicros());
        out.raw('}');
    }

    private void choice(ChatCompletion.Choice it) {
        out.raw("{\"index\":").number(it.index()).raw(",\"message\":");
        message(it);
        out.raw(",\"logprobs\":");
        if (it.logprobs() == null) {
            out.raw("null");
        } else {
            out.raw("{\"content\":[");
            pieces.repeat(it.logprobs());
            out.raw("],\"refusal\":null}");
        }
        out.raw(",\"finish_reason\":").string(it.finishReason().word());
        if (it.nativeFinishReason() != null) {
            out.raw(",\"native_finish_reason\":").string(it.nativeFinishReason());
        }
        out.raw('}');
    }

    private void message(ChatCompletion.Choice it) {
        out.raw("{\"role\":\"assistant\",");
        content(it);
        out.raw(",\"refusal\":null");
        if (!it.reasoning().isEmpty()) {
            string(",\"reasoning_content\":\"", it.reasoning());
        }
        if (!it.files().isEmpty()) {
            out.raw(",\"images\":[");
            pieces.repeat(it.files());
            out.raw(']');
        }
        calls(it);
        if (!it.annotations().isEmpty()) {
            UrlCitation.write(it.annotations(), out.raw(",\"annotations\":"));
        }
        if (!extra(it).isEmpty()) {
            extra(it).write(out.raw(','));
        }
        out.raw('}');
    }

    /** Writes the content: null only in a message with calls, because some clients fail on it elsewhere (protocol 3.3). */
    private void content(ChatCompletion.Choice it) {
        if (it.content().isEmpty() && !it.calls().isEmpty()) {
            out.raw("\"content\":null");
        } else {
            string("\"content\":\"", it.content());
        }
    }

    private void string(String before, CollectedJson inside) {
        out.raw(before);
        pieces.repeat(inside);
        out.raw('"');
    }

    /** Writes the calls. Omits the member if there are none, because some clients take an empty list for tool mode. */
    private void calls(ChatCompletion.Choice it) {
        List<Message.ToolCall> calls = it.calls();
        if (calls.isEmpty()) {
            return;
        }
        if (it.legacyFunctions()) {
            CallJson.writeFunction(calls.getFirst(), out.raw(",\"function_call\":"));
            return;
        }
        String before = ",\"tool_calls\":[{";
        for (Message.ToolCall call : calls) {
            CallJson.writeMembers(call, out.raw(before));
            before = "},{";
        }
        out.raw("}]");
    }

    /** Returns the message's extra content. It also has the signature of a deprecated call, which has no field of its own. */
    private static ExtraContent extra(ChatCompletion.Choice it) {
        ExtraContent extra = it.extra();
        boolean isCarried = it.legacyFunctions() && !it.calls().isEmpty() && extra.thoughtSignature() == null;
        return isCarried
                ? new ExtraContent(
                        it.calls().getFirst().thoughtSignature(), extra.searchEntryPoint(), extra.groundingMetadata())
                : extra;
    }
}
