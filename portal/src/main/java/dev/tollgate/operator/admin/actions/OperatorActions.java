package dev.tollgate.operator.admin.actions;

import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.customers.departure.Leaving;
import dev.tollgate.customers.organizations.OrganizationRoutes;
import dev.tollgate.customers.payments.PaymentNotices;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.OperatorAction.Button;
import dev.tollgate.operator.admin.accounts.AccountFiles;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.Deletions;
import dev.tollgate.operator.admin.accounts.OperatorKeys;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.accounts.OperatorPeople;
import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.operator.admin.money.PaymentRoutes;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.OperatorPlans;
import dev.tollgate.operator.admin.prices.PlanAssignments;
import dev.tollgate.operator.admin.prices.PriceRoutes;
import dev.tollgate.operator.admin.server.BooksCheck;
import dev.tollgate.operator.admin.server.ChannelDeeds;
import dev.tollgate.operator.admin.server.Maintenance;
import dev.tollgate.operator.admin.server.OperatorAnnouncements;
import dev.tollgate.operator.admin.server.OperatorJobs;
import dev.tollgate.operator.admin.server.OperatorSettings;
import dev.tollgate.operator.admin.server.SecretKeyring;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
                    PlanAssignments.ACTIONS,
                    ChannelDeeds.ACTIONS,
                    Maintenance.ACTIONS,
                    SecretKeyring.ACTIONS,
                    List.of(
                            AccountFiles.DELETE,
                            PriceRoutes.SET,
                            OperatorSettings.SET,
                            BooksCheck.CHECK,
                            BooksCheck.SEEN,
                            OperatorJobs.CANCEL,
                            Maintenance.Drain.DRAIN))
            .<OperatorAction<?, ?>>flatMap(List::stream)
            .toList();

    /** The actions that only forms of the console ask for: the API has no route for them, or changes one thing where a form changes several. */
    public static final List<OperatorAction<?, ?>> OF_FORMS = List.of(
            OperatorPeople.END_SESSIONS, OperatorSettings.SAVE, PaymentRoutes.PROCESS_AGAIN, OperatorGroups.SET_FOR);

    /** A form of the console: an action, and the button with which it asks for it. */
    public record Asked(OperatorAction<?, ?> action, Button button) {}

    private static final Map<String, Asked> BY_DEED = Stream.concat(ALL.stream(), OF_FORMS.stream())
            .flatMap(action -> action.buttons().stream().map(button -> new Asked(action, button)))
            .collect(Collectors.toUnmodifiableMap(asked -> asked.button().deed(), asked -> asked));

    /** All rows of the audit log, also of organizations, and those that no operator has asked for. */
    public static final List<DeedKind> TOLD = Stream.of(
                    ALL.stream().map(OperatorAction::told),
                    Stream.of(
                            AccountRoutes.UNBLOCK,
                            AccountRoutes.REVERSE,
                            OperatorPeople.END_SESSIONS.told(),
                            OperatorKeys.DISABLE,
                            AuditedWriter.RESTORED,
                            AuditedWriter.SERVER,
                            Leaving.LEAVE),
                    OrganizationRoutes.TOLD.stream().map(kind -> kind.with(List.of(AuditedWriter.SUBJECT))),
                    PaymentNotices.TOLD.stream())
            .flatMap(kinds -> kinds)
            .toList();

    private OperatorActions() {}

    /** Returns the form of the console with a value of its field {@code deed}; null if there is none. */
    public static @Nullable Asked asked(String deed) {
        return BY_DEED.get(deed);
    }
}
