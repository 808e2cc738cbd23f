package dev.tollgate.customers.figures;

import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.ids.CallLabels.Label;
import dev.tollgate.books.calls.CallEnd;
import dev.tollgate.books.calls.CallFlag;
import dev.tollgate.books.calls.TaskStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A filter of calls; null and an empty set do not filter.
 *
 * @param from calls that ended then or later
 * @param to calls that ended before
 * @param statuses among these
 * @param model as it was asked for
 * @param keys whose calls are wanted
 * @param flag one of the usage's flags
 * @param overMicros calls that were charged more, micro-credits; -1 for all
 * @param error the code of the error with which a call has failed
 * @param label one of the call's labels
 */
public record CallFilter(
        @Nullable Instant from,
        @Nullable Instant to,
        Set<TaskStatus> statuses,
        @Nullable String model,
        KeyFilter keys,
        @Nullable String door,
        @Nullable String flag,
        long overMicros,
        @Nullable String error,
        @Nullable Label label) {

    /** The numbers of a call's labels stand in its row with spaces between them. */
    private static final String LABELLED =
            " AND EXISTS (SELECT 1 FROM label l WHERE l.account_id = c.account_id AND l.name = ? AND l.value = ?"
                    + " AND l.value <> '' AND ' ' || c.labels || ' ' LIKE '% ' || l.number || ' %')";

    static final Set<TaskStatus> ENDS = Set.of(TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED);

    public static final CallFilter ALL = of(KeyFilter.ALL);

    public CallFilter {
        statuses = Set.copyOf(statuses);
    }

    /** Returns the filter for all calls of keys. */
    public static CallFilter of(KeyFilter keys) {
        return new CallFilter(null, null, Set.of(), null, keys, null, null, -1, null, null);
    }

    /** Returns the filter for calls of keys that ended in a span, optionally of one model. */
    public static CallFilter of(Span span, @Nullable String model, KeyFilter keys) {
        return new CallFilter(span.from(), span.to(), Set.of(), model, keys, null, null, -1, null, null);
    }

    /** Returns this filter without running calls. */
    CallFilter ofEnded() {
        Set<TaskStatus> ends = statuses.isEmpty() ? ENDS : statuses;
        return new CallFilter(from, to, ends, model, keys, door, flag, overMicros, error, label);
    }

    /** Running calls are asked for by their status, or where nothing is said of status, time or charge. */
    boolean wantsRunning() {
        return statuses.isEmpty()
                ? from == null && to == null && flag == null && overMicros < 0 && error == null && label == null
                : statuses.contains(TaskStatus.PROCESSING);
    }

    /** Returns whether any call that has ended can be wanted. */
    boolean wantsEnded() {
        return statuses.isEmpty() || !Collections.disjoint(statuses, ENDS);
    }

    /** Returns the conditions on a table {@code call c} of a filter that wants ended calls, without the times. @param values gets theirs */
    String ofColumns(String accountId, List<Object> values) {
        StringBuilder sql = new StringBuilder();
        if (!statuses.isEmpty()) {
            List<CallEnd> ends = Stream.of(CallEnd.values())
                    .filter(end -> statuses.contains(end.status()))
                    .toList();
            sql.append(ends.stream().map(_ -> "?").collect(Collectors.joining(", ", " AND c.ending IN (", ")")));
            ends.forEach(end -> values.add(end.code()));
        }
        add(sql, values, " AND c.model_id = ?", model);
        sql.append(keys.sql("c.key_id", accountId, values));
        add(sql, values, " AND c.door = ?", door);
        add(sql, values, " AND c.charged_micros > ?", overMicros < 0 ? null : overMicros);
        add(sql, values, " AND c.error_code = ?", error);
        if (label != null) {
            sql.append(LABELLED);
            values.addAll(List.of(label.name(), label.value()));
        }
        return flag == null ? sql.toString() : sql.append(ofFlag(flag)).toString();
    }

    private static String ofFlag(String name) {
        if (name.equals("shortfall")) {
            return " AND c.due_micros > c.charged_micros";
        }
        return Stream.of(CallFlag.values())
                .filter(flag -> flag.code().equals(name))
                .map(flag -> " AND c.flags & " + flag.bit() + " <> 0")
                .findFirst()
                .orElse(" AND 1 = 0");
    }

    private static void add(StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
        if (value != null) {
            sql.append(condition);
            values.add(value);
        }
    }

    /** @param call that runs: the row of another names its labels by their numbers */
    boolean takes(CallRow call) {
        Instant end = call.endedAt();
        return (statuses.isEmpty() || statuses.contains(call.status()))
                && (model == null || model.equals(call.modelId()))
                && keys.takes(call)
                && (door == null || door.equals(call.door()))
                && (flag == null || call.flags().contains(flag))
                && call.chargeMicros() > overMicros
                && (error == null || error.equals(call.errorCode()))
                && (label == null || CallLabels.of(call.labels()).all().contains(label))
                && (from == null || (end != null && !end.isBefore(from)))
                && (to == null || (end != null && end.isBefore(to)));
    }
}
