package dev.tollgate.protocols.batches;

import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.jobs.Job;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of a creation or an estimate (J24, J28).
 *
 * @param inputId the file of the lines, behind {@code file-}
 * @param metadata null without
 * @param resultsKept how long results are kept after the end
 * @param ignored the names of fields without effect
 */
record BatchRequest(
        String inputId,
        Endpoint endpoint,
        @Nullable Map<String, String> metadata,
        Duration resultsKept,
        List<String> ignored) {

    private static final int PAIRS_MAX = 16;
    private static final int NAME_CHARS_MAX = 64;
    private static final int VALUE_CHARS_MAX = 512;
    private static final Duration KEPT_LEAST = Duration.ofHours(1);
    private static final String INPUT = "input_file_id";
    private static final String ENDPOINT = "endpoint";
    private static final String WINDOW = "completion_window";

    /** @throws dev.tollgate.base.error.ApiException a 400 that names the field, for every fault */
    static BatchRequest creation(byte[] body, ReadLimits limits, Lease memory) {
        return read(body, limits, memory, true);
    }

    /** Reads the body of an estimate. @throws dev.tollgate.base.error.ApiException as above */
    static BatchRequest estimate(byte[] body, ReadLimits limits, Lease memory) {
        return read(body, limits, memory, false);
    }

    private static BatchRequest read(byte[] body, ReadLimits limits, Lease memory, boolean creates) {
        JsonBody json = new JsonBody(body, limits, memory);
        Reader reader = new Reader(json, creates);
        json.wholeObject(it -> it.object(reader::member));
        return reader.built();
    }

    private static final class Reader {

        private final JsonBody json;
        private final boolean creates;
        private @Nullable String inputId;
        private @Nullable Endpoint endpoint;
        private @Nullable String window;
        private @Nullable Map<String, String> metadata;
        private Duration resultsKept = Job.KEPT;

        Reader(JsonBody json, boolean creates) {
            this.json = json;
            this.creates = creates;
        }

        void member(String name) {
            switch (name) {
                case INPUT -> inputId = fileId();
                case ENDPOINT -> endpoint = Endpoint.of(json.oneOf(Endpoint.paths()));
                case "requests" ->
                    throw json.invalid("is not supported. Upload the lines as a file and name it in '" + INPUT + "'.");
                case "webhook_config", "callback_url" ->
                    throw json.invalid("is not supported. GET /v1/batches/{id} shows how far the batch is.");
                default -> {
                    if (!creates || !ofCreation(name)) {
                        json.ignore();
                    }
                }
            }
        }

        private boolean ofCreation(String name) {
            switch (name) {
                case WINDOW -> window = json.oneOf(List.of("24h"));
                case "metadata" -> metadata();
                case "output_expires_after" -> json.object(this::expires);
                default -> {
                    return false;
                }
            }
            return true;
        }

        private String fileId() {
            String id = json.nonEmptyString();
            return id.startsWith(BatchIds.FILE) ? id.substring(BatchIds.FILE.length()) : id;
        }

        private void metadata() {
            Map<String, String> pairs = new LinkedHashMap<>();
            json.object(name -> {
                if (name.length() > NAME_CHARS_MAX) {
                    throw json.invalid("has a name of more than " + NAME_CHARS_MAX + " characters.");
                }
                pairs.put(name, json.string(VALUE_CHARS_MAX));
                if (pairs.size() > PAIRS_MAX) {
                    throw JsonBody.invalid("metadata", "must have at most " + PAIRS_MAX + " entries.");
                }
            });
            metadata = pairs;
        }

        private void expires(String name) {
            switch (name) {
                case "anchor" -> json.oneOf(List.of("created_at"));
                case "seconds" ->
                    resultsKept = Duration.ofSeconds(json.longInteger(KEPT_LEAST.toSeconds(), Job.KEPT.toSeconds()));
                default -> json.ignore();
            }
        }

        BatchRequest built() {
            if (creates && window == null) {
                throw required(WINDOW);
            }
            if (inputId == null) {
                throw required(INPUT);
            }
            if (endpoint == null) {
                throw required(ENDPOINT);
            }
            return new BatchRequest(inputId, endpoint, metadata, resultsKept, List.copyOf(json.ignored()));
        }

        private static RuntimeException required(String name) {
            return JsonBody.invalid(name, "is required.");
        }
    }
}
