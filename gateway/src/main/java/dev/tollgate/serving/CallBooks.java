package dev.tollgate.serving;

import dev.tollgate.books.allowances.PaidAccounts;
import dev.tollgate.books.ledger.BudgetSweep;
import dev.tollgate.books.ledger.Lapse;
import dev.tollgate.books.rollups.LabelSweep;
import dev.tollgate.http.Readiness;
import dev.tollgate.running.Sweep;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.secrets.SecretBox;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The books as the gateway has them: the database, its stores, the one writer, and this server's place among those that share them.
 *
 * @param secrets encrypts secrets in the database and in files
 * @param paid tells whose files have more room
 * @param left holds that were given back of calls that others had left open
 */
public record CallBooks(
        Database database,
        SecretBox secrets,
        CallStores stores,
        Writer writer,
        PaidAccounts paid,
        AbandonedHolds left,
        Node node) {

    /**
     * Gives back what a crash has left open (D34), and joins the servers that share the books.
     *
     * @param kind real or sandbox; null if this server does not share the books
     */
    public void begin(SecureRandom random, @Nullable String kind) {
        left.releaseAtStart();
        database.markBegun();
        if (kind != null) {
            node.join(random, kind, secrets.nodeKeys(), left::releaseOfDeadNodes);
        }
        writer.whenOutcomeUnknown(node::giveUp);
    }

    /** Returns why no call could be accepted now. Waits for nothing; from any thread. */
    public List<Readiness.Complaint> complaints() {
        List<Readiness.Complaint> complaints = new ArrayList<>();
        String damage = database.damage();
        String complaint = damage == null ? writer.complaint() : damage;
        if (complaint != null) {
            complaints.add(new Readiness.Complaint(damage == null ? "store" : "store_damaged", complaint));
        }
        String shutOut = node.shutOut();
        if (shutOut != null) {
            complaints.add(new Readiness.Complaint("schema", shutOut));
        } else if (!node.mayServe()) {
            complaints.add(new Readiness.Complaint("lease", "this server has no lease on the database"));
        }
        return complaints;
    }

    /** Returns the work that the books need again and again. */
    public List<Sweep> sweeps(InstantSource clock) {
        return List.of(
                new Sweep("sweep-budgets", BudgetSweep.EVERY, new BudgetSweep(database, writer, clock)::sweep),
                new Sweep(
                        "sweep-windows",
                        BudgetSweep.OfLimits.EVERY,
                        new BudgetSweep.OfLimits(database, writer, clock)::sweep),
                new Sweep("sweep-grants", Lapse.EVERY, new Lapse(database, writer, clock)::sweep),
                new Sweep("sweep-labels", LabelSweep.EVERY, new LabelSweep(database, writer, clock)::sweep));
    }
}
