package dev.tollgate.protocols.batches;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.base.json.RawJson;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.jobs.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A line of a batch's input, read (J26).
 *
 * @param model as its caller wrote it; null without one
 * @param hasTier whether it has a word about its service tier
 * @param raw the body without members that lines have no use for
 * @param passedOver the names of those members
 */
record RequestLine(String customId, @Nullable String model, boolean hasTier, RawJson raw, List<String> passedOver) {

    static final int ID_CHARS_MAX = 256;

    static final String INVALID_JSON = "invalid_json_line";
    static final String MISSING = "missing_required_parameter";
    static final String INVALID = "invalid_request";
    static final String OTHER_URL = "url_mismatch";

    /** The members that say how an answer leaves, and whether it is kept. */
    private static final Set<String> WITHOUT_USE = Set.of("stream", "stream_options", "background", "store");

    /** A line that is no request of its batch. */
    static final class Unfit extends Exception {

        private static final long serialVersionUID = 1;

        private final String code;
        private final transient ApiError error;

        Unfit(String code, ApiError error) {
            super(error.message());
            this.code = code;
            this.error = error;
        }

        ApiError error() {
            return error;
        }

        LineFault fault(int line) {
            return LineFault.of(code, line, error);
        }
    }

    /**
     * @param endpoint of the batch
     * @param memory charged with the memory of the result
     * @throws Unfit if it is no request of the batch
     * @throws ApiException 413 and 503 if memory is short
     */
    static RequestLine read(Line line, Endpoint endpoint, ReadLimits limits, Lease memory) throws Unfit {
        Reader reader = new Reader(new Members(), endpoint, line.bytes());
        try {
            JsonBody json = new JsonBody(line.bytes(), limits, memory);
            json.wholeObject(it -> it.object(name -> reader.member(it, name)));
        } catch (ApiException refused) {
            throw unfit(refused);
        }
        return reader.built(memory);
    }

    private static Unfit unfit(ApiException refused) {
        ApiError error = refused.error();
        if (error.status() != 400) {
            throw refused;
        }
        String message =
                error.message().replaceFirst("^The body", "The line").replaceFirst("\\(line 1, column", "(column");
        return new Unfit(error.param() == null ? INVALID_JSON : INVALID, error.about(error.param(), message));
    }

    private static final class Members {
        @Nullable
        String customId;

        @Nullable
        String url;

        @Nullable
        RawJson body;

        @Nullable
        String model;

        boolean hasTier;
        final List<String> passedOver = new ArrayList<>();
    }

    private record Reader(Members found, Endpoint endpoint, byte[] bytes) {

        void member(JsonBody json, String name) {
            switch (name) {
                case "custom_id" -> found.customId = id(json);
                case "method" -> json.oneOf(List.of("POST"));
                case "url" -> found.url = json.string();
                case "body" -> found.body = json.raw(() -> json.object(field -> field(json, field)));
                default -> json.skip();
            }
        }

        private static String id(JsonBody json) {
            if (json.isString() && json.text().isEmpty()) {
                throw json.refuse("a string that is not empty");
            }
            return json.string(ID_CHARS_MAX);
        }

        private void field(JsonBody json, String field) {
            if (endpoint.isOfAnswers() && WITHOUT_USE.contains(field)) {
                if (bytes[json.start()] != 'f') { // false is what happens anyway
                    found.passedOver.add(field);
                }
                json.leaveOut();
            } else {
                found.model = field.equals("model") ? json.word() : found.model;
                found.hasTier |= field.equals("service_tier");
                json.skip();
            }
        }

        RequestLine built(Lease memory) throws Unfit {
            String customId = given(found.customId, "custom_id");
            String url = given(found.url, "url");
            RawJson body = given(found.body, "body");
            if (!url.equals(endpoint.path())) {
                throw new Unfit(
                        OTHER_URL,
                        ApiError.invalid(
                                "url",
                                "'url' must be the endpoint of the batch, %s, got %s."
                                        .formatted(endpoint.path(), MessageText.quoted(url))));
            }
            memory.take(body.bytesMax());
            return new RequestLine(customId, found.model, found.hasTier, body, List.copyOf(found.passedOver));
        }

        private static <T> T given(@Nullable T value, String name) throws Unfit {
            if (value == null) {
                throw new Unfit(MISSING, ApiError.invalid(name, "'" + name + "' is required."));
            }
            return value;
        }
    }
}
