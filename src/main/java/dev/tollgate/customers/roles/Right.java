package dev.tollgate.customers.roles;

import java.util.List;
import java.util.stream.Stream;

/**
 * The rights of each role in an organization: the one table, which pages ask and {@code docs/organizations.md} shows. A cell is {@code ✓}, {@code all} or
 * {@code see} for the whole right, {@code –} for none; another word says which part of it the role has.
 */
public enum Right {
    USAGE("Overview, Usage, Requests, CSV", "all|all|all|own|all|team"),
    BALANCE("balance, Billing, statements, receipts", "✓|see|✓|–|see|–"),
    PAY("top up, contact, vouchers", "✓|–|✓|–|–|–"),
    KEYS("Keys: see", "all|all|–|own|all|team"),
    PERSONAL_KEYS("personal keys: create, change, delete", "own|own|–|own|–|own"),
    OTHERS_KEYS("others' personal keys: limit, disable, delete", "✓|✓|–|–|–|team"),
    SERVICE_KEYS("service keys", "✓|✓|–|–|–|team"),
    ACCOUNT_KEYS("account keys, move", "✓|✓|–|–|–|–"),
    MANAGEMENT_KEYS("management keys (password again)", "✓|✓|–|–|–|–"),
    MEMBERS("Members: see", "all|all|all|own teams|all|own teams"),
    SET_MEMBERS("invite, remove, set roles", "✓|not owners|–|–|–|–"),
    TEAMS("Teams: create, archive", "✓|✓|–|–|–|–"),
    TEAM_PEOPLE("people of a team", "✓|✓|–|–|–|existing members"),
    BUDGETS("budgets of account; of teams, members", "✓|✓|account|–|–|–"),
    KEY_LIMITS("limits of keys", "✓|✓|–|own|–|team"),
    ORGANIZATION("Organization settings, tags, end users", "✓|✓|–|–|–|–"),
    WEBHOOKS("Webhooks", "✓|✓|✓|–|–|–"),
    AUDIT_LOG("Audit log", "✓|✓|–|–|✓|–"),
    PLAYGROUND("Playground", "✓|✓|–|✓|–|✓"),
    ACCOUNT("account export, deletion, ownership", "✓|–|–|–|–|–"),
    SELF("own settings, own data, leave", "✓|✓|✓|✓|✓|✓");

    private static final List<String> WHOLE = List.of("✓", "all", "see");
    private static final String NONE = "–";
    private static final String OWN = "own";

    private final String row;
    private final List<String> cells;

    /**
     * @param row the row's name in the documentation
     * @param cells of the roles in their order, then of a team's admin
     */
    Right(String row, String cells) {
        this.row = row;
        this.cells = List.of(cells.split("\\|"));
    }

    /** Returns the row of the table as the documentation has it. */
    public List<String> row() {
        return Stream.concat(Stream.of(row), cells.stream()).toList();
    }

    /** Returns whether a role has the whole right. */
    public boolean isWhole(MemberRole role) {
        return WHOLE.contains(cell(role));
    }

    /** Returns whether a role has the right or a part of it. Which part is the handler's to check. */
    public boolean isPartly(MemberRole role) {
        return !cell(role).equals(NONE);
    }

    /** Returns whether a member has the right or a part of it, by the role or as the admin of a team. Which part is the handler's to check. */
    public boolean isPartly(Membership membership) {
        return isPartly(membership.role()) || (!membership.administers().isEmpty() && isOfAdmins());
    }

    /** Returns whether the admin of a team has the right or a part of it. */
    boolean isOfAdmins() {
        return !cells.getLast().equals(NONE);
    }

    /** Returns whether a member has the right for what is the member's own, by the role or as the admin of a team. */
    boolean isOwn(Membership membership) {
        return cell(membership.role()).equals(OWN)
                || (!membership.administers().isEmpty() && cells.getLast().equals(OWN));
    }

    /** Returns whether the admin of a team has the right for what is the team's. */
    boolean isOfTeam() {
        return cells.getLast().equals("team");
    }

    private String cell(MemberRole role) {
        return cells.get(role.ordinal());
    }
}
