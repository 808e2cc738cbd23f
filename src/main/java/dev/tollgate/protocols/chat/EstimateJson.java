package dev.tollgate.protocols.chat;

import dev.tollgate.base.money.Credits;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.PriceEstimate;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.JsonNodeFactory;

/** An estimate on the wire (D43). */
final class EstimateJson {

    private EstimateJson() {}

    static byte[] of(MeteredCall request, PriceEstimate estimate) {
        String json = "{\"code\":200,\"msg\":\"success\",\"data\":{\"model\":"
                + JsonNodeFactory.instance.stringNode(request.requestedModel())
                + ",\"min_credits\":" + Credits.text(estimate.leastMicros())
                + ",\"max_credits\":" + Credits.text(estimate.mostMicros())
                + (estimate.messagesMostMicros() == estimate.mostMicros()
                        ? ""
                        : ",\"messages_max_credits\":" + Credits.text(estimate.messagesMostMicros()))
                + ",\"prompt_tokens_max\":" + estimate.promptTokensMax()
                + ",\"max_tokens\":" + estimate.tokensMax() + "}}";
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
