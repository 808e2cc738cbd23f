package dev.tollgate.testing;

import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.books.auditlog.AuditLog;
import dev.tollgate.books.plans.PlanSweep;
import dev.tollgate.books.plans.Plans;
import dev.tollgate.books.rollups.Rollups;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.payments.Payments;
import dev.tollgate.customers.payments.PlanPurchases;
import dev.tollgate.customers.payments.Vouchers;
import dev.tollgate.customers.rejections.RefusalBooks;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.CountedChanges;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.InstallationValue;
import dev.tollgate.storage.WritePart;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** The stores of customers over a real database, without those of calls, connected as the program connects them, with a clock that the test moves. */
public final class CustomersFixture extends KeysFixture {

    /** Over a SQLite file. */
    public CustomersFixture(Path folder) {
        this(file(folder));
    }

    public CustomersFixture(Supplier<Database> opener) {
        this(new Core(opener, false));
    }

    /** One node of several over a PostgreSQL, with the rights of a program. */
    public static CustomersFixture shared(String url) {
        return new CustomersFixture(server(url));
    }

    private CustomersFixture(Core core) {
        Keys made = new Keys(core.database, core);
        super(
                core,
                made,
                List.of(
                        InstallationValue.part(),
                        made.statePart(),
                        Plans.part(),
                        Payments.part(),
                        Vouchers.part(),
                        Allowances.part(),
                        core.ledger.part(made::forgetAccount, core::nodeId, core.labels),
                        made.changesPart(),
                        Rollups.part(core::nodeId, core.labels),
                        core.labels,
                        Teams.part(made),
                        Members.part(),
                        Organizations.part(),
                        core.sold.part(),
                        new WritePart<>(Execute.class),
                        AccountLog.part(),
                        AuditLog.part(),
                        Allowances.lastPart(),
                        RefusalBooks.part()));
    }

    @Override
    public CustomersFixture reopened() {
        return reopened(false);
    }

    @Override
    public CustomersFixture reopened(boolean isReal) {
        return new CustomersFixture(again(isReal));
    }

    /** Returns what customers buy of plans, on a server of the sandbox. */
    public PlanPurchases purchases() {
        return new PlanPurchases(plans, new PlanSweep(plans, writer, () -> false, this::now), () -> false, this::now);
    }

    /** Returns what commits the changes that an organization makes of itself. */
    public CountedChanges counted() {
        return new CountedChanges(writer, new Allowances(database, SECRETS, this::now));
    }
}
