package dev.tollgate.telemetry.traces;

import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * All attributes that a span can have. The {@code gen_ai} names follow OpenTelemetry's conventions for generative AI, which are still in
 * development. Contents ({@code gen_ai.input.messages} and similar) are not among them.
 */
final class SpanNames {

    static final AttributeKey<String> OPERATION = stringKey("gen_ai.operation.name");
    static final AttributeKey<String> PROVIDER = stringKey("gen_ai.provider.name");
    static final AttributeKey<String> REQUEST_MODEL = stringKey("gen_ai.request.model");
    static final AttributeKey<String> RESPONSE_MODEL = stringKey("gen_ai.response.model");
    static final AttributeKey<List<String>> FINISH_REASONS = stringArrayKey("gen_ai.response.finish_reasons");
    static final AttributeKey<Long> INPUT_TOKENS = longKey("gen_ai.usage.input_tokens");
    static final AttributeKey<Long> OUTPUT_TOKENS = longKey("gen_ai.usage.output_tokens");
    static final AttributeKey<Long> REASONING_TOKENS = longKey("gen_ai.usage.reasoning.output_tokens");
    static final AttributeKey<Double> FIRST_CHUNK = doubleKey("gen_ai.response.time_to_first_chunk");
    static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
    static final AttributeKey<String> ROUTE = stringKey("http.route");
    static final AttributeKey<Long> STATUS = longKey("http.response.status_code");
    static final AttributeKey<String> TASK_ID = stringKey("tollgate.task_id");
    static final AttributeKey<String> ACCOUNT_ID = stringKey("tollgate.account_id");
    static final AttributeKey<String> TEAM_ID = stringKey("tollgate.team_id");
    static final AttributeKey<String> MEMBER_ID = stringKey("tollgate.member_id");
    static final AttributeKey<String> CHANNEL = stringKey("tollgate.channel");
    static final AttributeKey<Long> CHARGED = longKey("tollgate.charged_microcredits");

    static final String CHAT = "chat";
    static final String EMBEDDINGS = "embeddings";

    private SpanNames() {}
}
