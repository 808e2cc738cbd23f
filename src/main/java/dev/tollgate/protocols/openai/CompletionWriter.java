package dev.tollgate.protocols.openai;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.Utf8Buffer;
import java.util.List;

/** Writes a whole answer as JSON. Not thread-safe, used once. */
public final class CompletionWriter {

    /** Space for the members around the content, above all the usage. */
    private static final int FRAME_BYTES = 1024;

    /** More is only taken when it is needed. */
    private static final int ROOM_BYTES_MAX = 1 << 20;

    private final Utf8Buffer out;

    private CompletionWriter(Utf8Buffer out) {
        this.out = out;
    }

    /** @return the answer in UTF-8 */
    public static byte[] write(ChatCompletion completion) {
        int chars = FRAME_BYTES;
        for (ChatCompletion.Choice choice : completion.choices()) {
            chars += Math.min(
                    ROOM_BYTES_MAX, choice.content().length() + choice.content().length() / 16);
        }
        Utf8Buffer out = Utf8Buffer.scratch();
        out.reserve(Math.min(ROOM_BYTES_MAX, chars));
        new CompletionWriter(out).completion(completion);
        return out.bytes();
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
            CallJson.writeLogprobs(it.logprobs(), out);
        }
        out.raw(",\"finish_reason\":").string(it.finishReason().word());
        if (it.nativeFinishReason() != null) {
            out.raw(",\"native_finish_reason\":").string(it.nativeFinishReason());
        }
        out.raw('}');
    }

    private void message(ChatCompletion.Choice it) {
        out.raw("{\"role\":\"assistant\",\"content\":");
        content(it);
        out.raw(",\"refusal\":null");
        if (!it.reasoning().isEmpty()) {
            out.raw(",\"reasoning_content\":").string(it.reasoning());
        }
        if (!it.files().isEmpty()) {
            MadeFile.write(it.files(), out.raw(",\"images\":"));
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
            out.raw("null");
        } else {
            out.string(it.content());
        }
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
