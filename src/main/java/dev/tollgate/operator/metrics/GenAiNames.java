package dev.tollgate.operator.metrics;

/**
 * Names of OpenTelemetry's semantic conventions for generative AI as Prometheus writes them: the client's side, for we ask models and serve none.
 * As of version 1.43.0, the last that holds them: they have moved to a repository of their own, where all of them are "Development" and may
 * change. So they stand here and nowhere else.
 */
final class GenAiNames {

    static final String OPERATION_DURATION = "gen_ai_client_operation_duration_seconds";

    static final String TIME_TO_FIRST_CHUNK = "gen_ai_client_operation_time_to_first_chunk_seconds";

    static final String TOKEN_USAGE = "gen_ai_client_token_usage";

    static final String OPERATION = "gen_ai_operation_name";
    static final String PROVIDER = "gen_ai_provider_name";
    static final String REQUEST_MODEL = "gen_ai_request_model";
    static final String TOKEN_TYPE = "gen_ai_token_type";
    static final String ERROR_TYPE = "error_type";

    /** A value of {@link #OPERATION}. */
    static final String CHAT = "chat";

    /** A value of {@link #TOKEN_TYPE}. */
    static final String INPUT = "input";

    static final String OUTPUT = "output";

    private GenAiNames() {}
}
