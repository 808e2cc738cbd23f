package dev.tollgate.customers.teams;

/** The result of an action on a team. */
public sealed interface TeamResult {

    /** @param team as it is now */
    record Done(Team team) implements TeamResult {}

    /** The account has no such team, or it is archived. */
    record NoSuchTeam() implements TeamResult {}

    /** The account has no such member. */
    record NoSuchMember() implements TeamResult {}

    /** Another team of the account has this name. */
    record NameTaken() implements TeamResult {}

    /** The account has {@link Teams#TEAMS_MAX} teams. */
    record TooMany() implements TeamResult {}

    /** The keys of the team were changed while they were read, several times. */
    record Busy() implements TeamResult {}

    /** A team that should get a key is archived or has no room for it. */
    record NoRoom() implements TeamResult {}
}
