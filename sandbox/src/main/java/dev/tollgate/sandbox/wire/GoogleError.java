package dev.tollgate.sandbox.wire;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An error in the shape of Google's APIs (protocol 2.3). Immutable.
 *
 * @param code the HTTP status
 * @param status the canonical name, e.g. {@code INVALID_ARGUMENT}
 * @param message Google's words
 * @param details the typed details, possibly empty; not to be changed
 */
public record GoogleError(int code, String status, String message, List<ObjectNode> details) {

    private static final String TYPE = "type.googleapis.com/google.rpc.";
    private static final String OVERLOADED = "The model is overloaded. Please try again later.";
    private static final String INTERNAL = "An internal error has occurred. Please retry or report in"
            + " https://developers.generativeai.google/guide/troubleshooting";
    private static final String UNREGISTERED = "Method doesn't allow unregistered callers (callers without established"
            + " identity). Please use API Key or other form of API consumer identity to call this API.";
    private static final String EXHAUSTED = "You exceeded your current quota, please check your plan and billing"
            + " details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.\n"
            + "Please retry in 34.4s.";
    private static final String CAPACITY = "Resource has been exhausted (e.g. check quota).";
    private static final String CREDENTIALS =
            " Expected OAuth 2 access token, login cookie or other valid authentication"
                    + " credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
    private static final String QUOTA_MODEL = "gemini-2.5-pro";

    private static final Map<Integer, GoogleError> BY_STATUS = Map.of(
            400, plain(400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
            401, plain(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
            403, plain(403, "PERMISSION_DENIED", "The caller does not have permission"),
            404, plain(404, "NOT_FOUND", "Requested entity was not found."),
            429, quota("minute", QUOTA_MODEL),
            500, plain(500, "INTERNAL", INTERNAL),
            503, plain(503, "UNAVAILABLE", OVERLOADED),
            504, plain(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."));

    public GoogleError {
        details = List.copyOf(details);
    }

    /** What Google says with a status when nothing more particular is known. */
    public static GoogleError of(int code) {
        GoogleError known = BY_STATUS.get(code);
        return known != null ? known : plain(code, "UNKNOWN", "The sandbox was set to answer " + code + ".");
    }

    public static GoogleError invalid(String message) {
        return plain(400, "INVALID_ARGUMENT", message);
    }

    /** Fields that the protocol buffers do not know, or whose value does not fit them. */
    static GoogleError badRequest(List<Violation> violations) {
        String message = String.join(
                "\n", violations.stream().map(Violation::description).toList());
        return new GoogleError(400, "INVALID_ARGUMENT", message, List.of(fieldViolations(violations)));
    }

    /** A field that is unknown at its position. */
    public static GoogleError unknownField(String name, String path) {
        String description =
                "Invalid JSON payload received. Unknown name \"" + name + "\" at '" + path + "': Cannot find field.";
        return badRequest(List.of(new Violation(path, description)));
    }

    public static GoogleError unregistered() {
        return plain(403, "PERMISSION_DENIED", UNREGISTERED);
    }

    public static GoogleError forbidden(String message) {
        return plain(403, "PERMISSION_DENIED", message);
    }

    public static GoogleError keyInvalid() {
        ObjectNode info = detail("ErrorInfo");
        info.put("reason", "API_KEY_INVALID").put("domain", "googleapis.com");
        info.putObject("metadata").put("service", "generativelanguage.googleapis.com");
        return new GoogleError(
                400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", List.of(info));
    }

    public static GoogleError modelNotFound(String model, String version, String method) {
        return plain(
                404,
                "NOT_FOUND",
                "models/%s is not found for API version %s, or is not supported for %s. Call ListModels to see the list of available models and their supported methods."
                        .formatted(model, version, method));
    }

    /** On Vertex AI, where a model has a longer name. */
    public static GoogleError publisherModelNotFound(String resource) {
        return notFound("Publisher Model `" + resource
                + "` was not found or your project does not have access to it. Please ensure you are using a valid model"
                + " version. For more information, see:"
                + " https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions");
    }

    public static GoogleError tokenMissing() {
        return plain(401, "UNAUTHENTICATED", "Request is missing required authentication credential." + CREDENTIALS);
    }

    public static GoogleError tokenInvalid() {
        return plain(401, "UNAUTHENTICATED", "Request had invalid authentication credentials." + CREDENTIALS);
    }

    public static GoogleError notFound(String message) {
        return plain(404, "NOT_FOUND", message);
    }

    public static GoogleError alreadyExists(String message) {
        return plain(409, "ALREADY_EXISTS", message);
    }

    public static GoogleError failedPrecondition(String message) {
        return plain(400, "FAILED_PRECONDITION", message);
    }

    /** Our own limit on what is kept. */
    public static GoogleError storageFull() {
        return plain(429, "RESOURCE_EXHAUSTED", "The sandbox keeps no more than it has already.");
    }

    /**
     * A quota that is used up. One by the day comes with a short delay too: only the quota's id tells (protocol 2.3).
     *
     * @param quota minute, day or capacity
     */
    public static GoogleError quota(String quota, String model) {
        if (quota.equals("capacity")) {
            return plain(429, "RESOURCE_EXHAUSTED", CAPACITY);
        }
        String id = "GenerateRequestsPer" + (quota.equals("day") ? "Day" : "Minute") + "PerProjectPerModel-FreeTier";
        return new GoogleError(
                429, "RESOURCE_EXHAUSTED", EXHAUSTED, List.of(quotaFailure(id, model), help(), retryInfo("34.4s")));
    }

    /** @throws Failure 400 in these words unless it holds */
    public static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw invalid(otherwise).asRefusal();
        }
    }

    public Failure asRefusal() {
        return new Failure(this);
    }

    /** {@code {"error":{…}}}, a new tree at each call. */
    public ObjectNode body() {
        ObjectNode body = JsonTrees.object();
        ObjectNode error = body.putObject("error");
        error.put("code", code).put("message", message).put("status", status);
        if (!details.isEmpty()) {
            ArrayNode list = error.putArray("details");
            details.forEach(detail -> list.add(detail.deepCopy()));
        }
        return body;
    }

    private static GoogleError plain(int code, String status, String message) {
        return new GoogleError(code, status, message, List.of());
    }

    private static ObjectNode detail(String type) {
        return JsonTrees.object().put("@type", TYPE + type);
    }

    private static ObjectNode fieldViolations(List<Violation> violations) {
        ObjectNode detail = detail("BadRequest");
        ArrayNode list = detail.putArray("fieldViolations");
        for (Violation violation : violations) {
            ObjectNode entry = list.addObject();
            if (!violation.field().isEmpty()) {
                entry.put("field", violation.field());
            }
            entry.put("description", violation.description());
        }
        return detail;
    }

    private static ObjectNode quotaFailure(String id, String model) {
        ObjectNode detail = detail("QuotaFailure");
        ObjectNode violation = detail.putArray("violations")
                .addObject()
                .put("quotaMetric", "generativelanguage.googleapis.com/generate_content_free_tier_requests")
                .put("quotaId", id);
        violation.putObject("quotaDimensions").put("location", "global").put("model", model);
        violation.put("quotaValue", "5");
        return detail;
    }

    private static ObjectNode help() {
        ObjectNode detail = detail("Help");
        detail.putArray("links")
                .addObject()
                .put("description", "Learn more about Gemini API quotas")
                .put("url", "https://ai.google.dev/gemini-api/docs/rate-limits");
        return detail;
    }

    private static ObjectNode retryInfo(String delay) {
        return detail("RetryInfo").put("retryDelay", delay);
    }

    /**
     * An entry of {@code google.rpc.BadRequest}.
     *
     * @param field the path in snake case; empty for the top level, where Google leaves it out
     * @param description Google's sentence
     */
    record Violation(String field, String description) {}

    /** Ends the handling of a request with this error. */
    public static final class Failure extends RuntimeException {

        private final transient GoogleError error;

        private Failure(GoogleError error) {
            super(error.message(), null, false, false);
            this.error = error;
        }

        GoogleError error() {
            return error;
        }
    }
}
