package dev.tollgate.protocols.chat;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.protocols.openai.CallJson;
import dev.tollgate.protocols.openai.ExtraContent;
import dev.tollgate.protocols.openai.UrlCitation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a whole answer (protocol 3.3) as JSON; what is long in it stays where it was collected. Not thread-safe, used once. */
final class CompletionWriter {

    /** The name of the provider's build, which no provider reports. OpenRouter's SDK reads no whole answer without it, and no chunk in which it is null. */
    private static final String FINGERPRINT = ",\"system_fingerprint\":null";

    private final JsonPieces pieces;
    private final Utf8Buffer out;

    CompletionWriter(JsonPieces pieces) {
        this.pieces = pieces;
        this.out = pieces.out();
    }

    /**
     * @param created Unix seconds
     * @param model as the answer is to name it (D20)
     */
    void head(String id, long created, String model) {
        out.raw("{\"id\":").string(id);
        out.raw(",\"object\":\"chat.completion\",\"created\":").number(created);
        out.raw(",\"model\":").string(model);
    }

    /** @param serviceTier OpenAI's word for the tier that was granted; null if the answer does not name it */
    void rest(List<Choice> choices, Sink.Completion completion, @Nullable String serviceTier) {
        String before = ",\"choices\":[";
        for (Choice choice : choices) {
            out.raw(before);
            choice(choice);
            before = ",";
        }
        completion.usage().write(out.raw("],\"usage\":"));
        if (serviceTier != null) {
            out.raw(",\"service_tier\":").string(serviceTier);
        }
        out.raw(FINGERPRINT);
        out.raw(",\"credits_consumed\":").credits(completion.chargeMicros()).raw('}');
    }

    private void choice(Choice it) {
        out.raw("{\"index\":").number(it.index).raw(",\"message\":");
        message(it);
        out.raw(",\"logprobs\":");
        if (it.logprobs == null) {
            out.raw("null");
        } else {
            out.raw("{\"content\":[");
            pieces.repeat(it.logprobs);
            out.raw("],\"refusal\":null}");
        }
        out.raw(",\"finish_reason\":").string(it.finishReason().word());
        if (it.nativeReason() != null) {
            out.raw(",\"native_finish_reason\":").string(it.nativeReason());
        }
        out.raw('}');
    }

    private void message(Choice it) {
        out.raw("{\"role\":\"assistant\",");
        content(it);
        out.raw(",\"refusal\":null");
        if (!it.reasoning.isEmpty()) {
            string(",\"reasoning_content\":\"", it.reasoning);
            if (it.saysReasoning) {
                string(",\"reasoning\":\"", it.reasoning);
            }
        }
        if (!it.files.isEmpty()) {
            out.raw(",\"images\":[");
            pieces.repeat(it.files);
            out.raw(']');
        }
        calls(it);
        if (!it.citations().isEmpty()) {
            UrlCitation.write(it.citations(), out.raw(",\"annotations\":"));
        }
        if (!extra(it).isEmpty()) {
            extra(it).write(out.raw(','));
        }
        out.raw('}');
    }

    /** Writes the content: null only in a message with calls, because some clients fail on it elsewhere (protocol 3.3). */
    private void content(Choice it) {
        if (it.shown().isEmpty() && !it.calls().isEmpty()) {
            out.raw("\"content\":null");
        } else {
            string("\"content\":\"", it.shown());
        }
    }

    private void string(String before, CollectedJson inside) {
        out.raw(before);
        pieces.repeat(inside);
        out.raw('"');
    }

    /** Writes the calls. Omits the member if there are none, because some clients take an empty list for tool mode. */
    private void calls(Choice it) {
        List<Message.ToolCall> calls = it.calls();
        if (calls.isEmpty()) {
            return;
        }
        if (it.legacyFunctions) {
            CallJson.writeFunction(calls.getFirst(), out.raw(",\"function_call\":"));
            return;
        }
        String before = ",\"tool_calls\":[{";
        for (int i = 0; i < calls.size(); i++) {
            CallJson.writeMembers(calls.get(i), it.input(i), out.raw(before));
            before = "},{";
        }
        out.raw("}]");
    }

    /** Returns the message's extra content. It also has the signature of a deprecated call, which has no field of its own. */
    private static ExtraContent extra(Choice it) {
        ExtraContent extra = it.extra();
        boolean isCarried = it.legacyFunctions && !it.calls().isEmpty() && extra.thoughtSignature() == null;
        return isCarried
                ? new ExtraContent(
                        it.calls().getFirst().thoughtSignature(), extra.searchEntryPoint(), extra.groundingMetadata())
                : extra;
    }
}
