package dev.tollgate.protocols.embeddings;

import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.protocols.door.VectorAnswer;

/** Writes OpenAI's list of embeddings. Its usage is the upstream's tokens (E4), its model the requested one (E16). Confined to its call. */
final class EmbeddingList extends VectorAnswer {

    private final MeteredCall call;

    EmbeddingList(Outlet outlet, MeteredCall call) {
        super(outlet);
        this.call = call;
    }

    @Override
    protected byte[] head() {
        return Utf8Buffer.ascii("{\"object\":\"list\",\"data\":[");
    }

    @Override
    protected byte[] before(int index) {
        return Utf8Buffer.scratch()
                .raw(index == 0 ? "" : ",")
                .raw("{\"object\":\"embedding\",\"index\":")
                .number(index)
                .raw(",\"embedding\":")
                .bytes();
    }

    @Override
    protected byte[] after() {
        return Utf8Buffer.ascii("}");
    }

    @Override
    protected byte[] tail(Completion completion) {
        long tokens = completion.tokens().inputTokens();
        return Utf8Buffer.scratch()
                .raw("],\"model\":")
                .string(call.requestedModel())
                .raw(",\"usage\":{\"prompt_tokens\":")
                .number(tokens)
                .raw(",\"total_tokens\":")
                .number(tokens)
                .raw("},\"credits_consumed\":")
                .credits(completion.chargeMicros())
                .raw('}')
                .bytes();
    }
}
