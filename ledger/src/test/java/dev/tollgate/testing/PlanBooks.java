package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.books.plans.Plan;
import dev.tollgate.books.plans.Plan.Version;
import dev.tollgate.books.plans.PlanStep.Kind;
import dev.tollgate.books.plans.Plans.Changed;
import dev.tollgate.books.plans.Subscription;
import dev.tollgate.books.plans.Turn;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Unit;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Plans in the books of a test, each change with its row of the audit log, as the check of the books wants it. */
public record PlanBooks(BooksFixture store) {

    private Deed deed(String action, String subject, String after) {
        return new Deed(
                Actor.COMMAND, action, subject, "by transfer", store.now(), () -> new Deed.Changed(null, after));
    }

    /** Makes a price group, 15 % below the standard prices. */
    public void group(String name) {
        long number = 1 + store.number("SELECT COUNT(*) FROM price_group");
        String body = "\"factor\":850,\"models\":{}";
        store.commit(
                store.statement(
                        "INSERT INTO price_group (sequence, name, number, created_at, body) VALUES (?, ?, 1, ?, ?)",
                        number,
                        name,
                        store.now(),
                        "{" + body + "}"),
                deed("group.set", name, "{\"version\":1," + body + ",\"set_at\":\"" + store.now() + "\"}"));
    }

    /** Sets the first version of a plan. */
    public Version set(String plan, Plan its) {
        Decision<Outcome<Changed>> set = store.plans.set(plan, its, null, store.now());
        String group = its.group() == null ? "null" : "\"" + its.group() + "\"";
        String models = its.models().all().stream()
                .map(model -> "\"" + model + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        BigDecimal credits = BigDecimal.valueOf(its.creditsMicros(), 6).stripTrailingZeros();
        store.commit(set, deed("plan.set", plan, """
                {"version":%d,"name":"%s","cents":%d,"period":"%s","credits":%s,"models":%s,"group":%s,"limits":"%s","on_sale":%b,"set_at":"%s"}""".formatted(
                        store.plans.versions(plan, Long.MAX_VALUE, 1).stream()
                                        .mapToLong(Version::number)
                                        .sum()
                                + 1,
                        its.name(),
                        its.cents(),
                        its.period().word(),
                        credits.toPlainString(),
                        models,
                        group,
                        its.limits().text(),
                        its.onSale(),
                        store.now())));
        return set.outcome().orThrow().after();
    }

    /** Closes the first version of a plan. */
    public void close(String plan) {
        store.commit(
                store.plans.close(plan, null, store.now()),
                deed("plan.close", plan, "{\"versions\":[1],\"closed_at\":\"" + store.now() + "\"}"));
    }

    public void assign(String account, Version version, int periods) {
        assign(account, version, periods, Kind.ASSIGN);
    }

    public void assign(String account, Version version, int periods, Kind kind) {
        Subscription last = store.plans.last(account);
        String id = kind.word() + " " + store.number("SELECT COUNT(*) FROM plan_step");
        Turn turn = store.plans.assign(last, account, version, periods, kind, id, store.now());
        boolean isProlonged = last != null && last.number() == turn.after().number();
        String when = kind == Kind.ASSIGN ? "null" : "\"" + kind.word() + "\"";
        String begin = isProlonged
                ? "\"begins\":\"" + last.until() + "\""
                : "\"anchor\":\"" + turn.after().anchor() + "\"";
        String after = "{\"subscription\":%d,\"plan\":\"%s\",\"version\":%d,\"periods\":%d,\"when\":%s,%s}"
                .formatted(turn.after().number(), version.plan(), version.number(), periods, when, begin);
        commit(turn, deed("plan.assign", account, after));
    }

    /** Ends the plan of an account. */
    public void end(String account) {
        Turn turn = store.plans.end(last(account), "not paid", "end " + store.now(), store.now());
        String after = "{\"subscription\":%d,\"ended_at\":\"%s\"}"
                .formatted(turn.after().number(), turn.after().until());
        commit(turn, deed("plan.end", account, after));
    }

    public Subscription last(String account) {
        return Objects.requireNonNull(store.plans.last(account));
    }

    public void commit(Turn turn, Change... changes) {
        List<Change> all = new ArrayList<>(turn.changes());
        all.addAll(List.of(changes));
        store.writer.commitAndWait(Unit.of(all));
        assertThat(turn.isWritten()).isTrue();
    }
}
