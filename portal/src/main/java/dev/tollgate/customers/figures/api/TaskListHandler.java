package dev.tollgate.customers.figures.api;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.calls.TaskStatus;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.tasks.TaskJson;
import dev.tollgate.customers.figures.AccountHistory;
import dev.tollgate.customers.figures.CallFilter;
import dev.tollgate.customers.figures.CallPage;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Parameter;
import dev.tollgate.keys.KeyCaller;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /v1/tasks?from&to&status&model&key&team&member&after&limit}: calls, the last to end first, running ones before them. {@code next} goes on where this page ends; it may be
 * there although few calls, or none, fit: then so many were looked at.
 */
public record TaskListHandler(AccountHistory history) implements Handler<KeyCaller> {

    private static final int LIMIT_DEFAULT = 100;
    private static final int LIMIT_MAX = 1_000;

    @Override
    public void handle(Exchange exchange, KeyCaller caller) {
        ListParameters parameters = new ListParameters(exchange);
        ZoneId zone = parameters.zone();
        CallFilter filter = new CallFilter(
                parameters.time("from", zone),
                parameters.time("to", zone),
                statuses(parameters.text("status")),
                parameters.text("model"),
                parameters.keys(caller),
                null,
                null,
                -1,
                null,
                null);
        String after = parameters.place();
        int limit = parameters.limit(LIMIT_DEFAULT, LIMIT_MAX);
        String accountId = caller.accountId();
        exchange.compute(
                () -> Records.read(() -> {
                    CallPage page = history.calls(accountId, filter, after, null, limit);
                    return new Labelled(page, history.labels(accountId, page.calls()));
                }),
                found -> exchange.json(
                        found.page().calls().size() * CallRow.JSON_BYTES, () -> render(found.page(), found.labels())));
    }

    /** A page with the labels of its calls, by their ids. */
    private record Labelled(CallPage page, Map<String, CallLabels> labels) {}

    static Set<TaskStatus> statuses(@Nullable String text) {
        Set<TaskStatus> statuses = EnumSet.noneOf(TaskStatus.class);
        if (text != null) {
            for (String name : text.split(",", -1)) {
                statuses.add(status(name.strip(), text));
            }
        }
        return statuses;
    }

    private static TaskStatus status(String name, String text) {
        for (TaskStatus status : TaskStatus.values()) {
            if (status.code().equals(name.toLowerCase(Locale.ROOT))) {
                return status;
            }
        }
        throw Parameter.wrong(
                "status", text, "some of processing, completed, failed and cancelled, separated by commas");
    }

    private static byte[] render(CallPage page, Map<String, CallLabels> labels) {
        return ApiJson.object(16_384, json -> {
            json.writeStringProperty("object", "list");
            ApiJson.list(
                    json,
                    page.calls(),
                    (each, call) -> write(each, call, null, labels.getOrDefault(call.id(), CallLabels.NONE)),
                    page.older());
        });
    }

    /** @param accountId null where the list is of one account @param labels null where the list is the operator's */
    static void write(JsonGenerator json, CallRow call, @Nullable String accountId, @Nullable CallLabels labels) {
        json.writeStringProperty("id", call.id());
        if (accountId != null) {
            json.writeStringProperty("account", accountId);
        }
        json.writeStringProperty("object", "task");
        json.writeStringProperty("status", call.status().code());
        json.writeStringProperty("model", call.model());
        json.writeStringProperty("model_id", call.modelId());
        json.writeStringProperty("key", call.keyId());
        TaskJson.writeOwner(json, "team", call.owner().teamId());
        TaskJson.writeOwner(json, "member", call.owner().memberId());
        if (labels != null) {
            TaskJson.writeLabels(json, labels);
        }
        ApiJson.time(json, "created_at", call.startedAt());
        ApiJson.time(json, "completed_at", call.endedAt());
        json.writeName("usage");
        if (call.usageJson() == null) {
            json.writeNull();
        } else {
            json.writeRawValue(call.usageJson());
        }
        json.writeArrayPropertyStart("usage_flags");
        call.flags().forEach(json::writeString);
        json.writeEndArray();
        ApiJson.credits(json, "credits_consumed", call.chargeMicros());
        writeError(json, call);
    }

    private static void writeError(JsonGenerator json, CallRow call) {
        if (call.errorCode() == null) {
            json.writeNullProperty("error");
        } else {
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("code", call.errorCode());
            json.writeStringProperty("message", call.errorMessage());
            json.writeEndObject();
        }
    }
}
