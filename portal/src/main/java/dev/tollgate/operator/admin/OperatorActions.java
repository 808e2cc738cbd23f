package dev.tollgate.operator.admin;

import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.payments.Payments;
import java.util.List;
import java.util.stream.Stream;

/** All actions of an operator, except the actions of an organization, whose rows are {@code OrganizationRoutes.ACTIONS}. */
public final class OperatorActions {

    public static final List<OperatorAction<?, ?>> ALL = Stream.<List<? extends OperatorAction<?, ?>>>of(
                    AccountRoutes.ACTIONS,
                    OperatorKeys.ACTIONS,
                    OperatorPeople.ACTIONS,
                    OperatorLinks.ACTIONS,
                    Deletions.ACTIONS,
                    OperatorVouchers.ACTIONS,
                    OperatorAnnouncements.ACTIONS,
                    OperatorGroups.ACTIONS,
                    OperatorPlans.ACTIONS,
                    ChannelDeeds.ACTIONS,
                    Maintenance.ACTIONS,
                    SecretKeyring.ACTIONS,
                    List.of(
                            AccountFiles.DELETE,
                            PriceRoutes.SET,
                            OperatorSettings.SET,
                            BooksCheck.CHECK,
                            BooksCheck.SEEN,
                            Maintenance.Drain.DRAIN))
            .<OperatorAction<?, ?>>flatMap(List::stream)
            .toList();

    /** All rows of the audit log, with those of organizations and those that no operator has asked for. */
    public static final List<DeedKind> TOLD = Stream.of(
                    ALL.stream().map(OperatorAction::told),
                    Stream.of(
                            AccountRoutes.UNBLOCK,
                            AccountRoutes.REVERSE,
                            OperatorPeople.END_SESSIONS,
                            OperatorKeys.DISABLE,
                            AuditedWriter.RESTORED,
                            AuditedWriter.SERVER,
                            Leaving.LEAVE),
                    OrganizationRoutes.TOLD.stream().map(kind -> kind.with(List.of(AuditedWriter.SUBJECT))),
                    Payments.TOLD.stream())
            .flatMap(kinds -> kinds)
            .toList();

    private OperatorActions() {}
}
