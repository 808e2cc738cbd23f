package dev.tollgate.operator.admin;

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

    private OperatorActions() {}
}
