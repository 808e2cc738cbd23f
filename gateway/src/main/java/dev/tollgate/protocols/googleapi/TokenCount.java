package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.http.Exchange;
import dev.tollgate.models.Count.Modality;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.upstreams.pool.PromptCount;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code POST …/models/{model}:countTokens} shows: free and no task, but a request like any other (D51). */
public final class TokenCount implements Door.Counted {

    @Override
    public void show(Exchange exchange, MeteredCall call, Optional<PromptCount> counted) {
        if (counted.isEmpty()) {
            exchange.fail(ApiError.of(
                    ErrorCode.UPSTREAM_ERROR,
                    "The upstream provider cannot count the tokens right now. Please try again."));
            return;
        }
        exchange.json(200, GoogleJson.bytes(tree(counted.get())));
    }

    private static ObjectNode tree(PromptCount count) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("totalTokens", count.tokens());
        ArrayNode details = JsonNodeFactory.instance.arrayNode();
        for (Modality modality : Modality.values()) {
            long tokens = count.modalities().of(modality);
            if (tokens > 0) {
                details.addObject().put("modality", modality.name()).put("tokenCount", tokens);
            }
        }
        if (!details.isEmpty()) {
            tree.set("promptTokensDetails", details);
        }
        return tree;
    }
}
