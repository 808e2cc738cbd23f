package dev.tollgate.pages.console.accounts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.books.budgets.Budgets;
import dev.tollgate.books.budgets.BudgetsNow;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.members.Members.Member;
import dev.tollgate.customers.organizations.Organizations;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.customers.webhooks.Webhooks;
import dev.tollgate.customers.webhooks.Webhooks.Webhook;
import dev.tollgate.http.client.PublicPost;
import dev.tollgate.keys.Key;
import dev.tollgate.operator.admin.accounts.OperatorKeys;
import dev.tollgate.pages.dashboard.parts.BudgetBar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The organizations of accounts, as operators see them. Thread-safe; blocks. */
public record ConsoleOrganization(
        Members members,
        Teams teams,
        Organizations organizations,
        Webhooks webhooks,
        PublicPost post,
        OperatorKeys keys) {

    /** All keys that an account may have. */
    private static final int KEYS_MAX = 1_000;

    /** The organization of an account. @param teams that are not archived, by name */
    public record Parts(List<TeamRow> teams, List<BudgetRow> budgets, List<WebhookRow> webhooks) {}

    public record TeamRow(Team team, int people) {}

    /** A budget. @param counts whether it counts by itself: a budget of each member counts for each */
    public record BudgetRow(BudgetBar bar, boolean counts) {}

    /** A webhook. @param host of its URL, whose path may be a secret */
    public record WebhookRow(String host, Webhook webhook) {}

    Parts of(String account) {
        List<Team> all = teams.list(account);
        Map<String, List<Team.Fellow>> people = all.isEmpty() ? Map.of() : teams.fellows(account);
        return new Parts(
                all.stream()
                        .map(team -> new TeamRow(
                                team, people.getOrDefault(team.id(), List.of()).size()))
                        .toList(),
                budgets(account, all),
                webhooks.list(account).stream()
                        .map(each -> new WebhookRow(post.host(each.url()), each))
                        .toList());
    }

    private List<BudgetRow> budgets(String account, List<Team> all) {
        BudgetsNow now = organizations.budgets(account);
        if (now.lines().isEmpty()) {
            return List.of();
        }
        Map<String, String> names =
                new HashMap<>(Map.of(Budgets.ACCOUNT, say("Account"), Budgets.EACH_MEMBER, say("Each member")));
        all.forEach(team -> names.put(team.id(), say("Team {name}", team.name())));
        for (Member member : members.list(account)) {
            names.put(member.id(), member.login());
        }
        if (now.lines().stream().anyMatch(line -> line.owner().startsWith("key_"))) {
            for (Key key : keys.list(account, null, KEYS_MAX)) {
                names.put(key.id(), say("Key {name}", key.settings().name()));
            }
        }
        return now.lines().stream()
                .map(line -> new BudgetRow(
                        BudgetBar.of(names.getOrDefault(line.owner(), line.owner()), line, now.zone()),
                        !line.owner().equals(Budgets.EACH_MEMBER)))
                .toList();
    }
}
