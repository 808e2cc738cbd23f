package dev.tollgate.pages.dashboard.keys;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.customers.keys.KeyRights;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.Visitor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The owners of keys, as pages name them and let members choose them. Reads block. */
public record KeyOwners(Teams teams, Members members) {

    /** The value for the account in forms and addresses. */
    static final String ACCOUNT = "account";

    /** The begin of a value for a personal key, before the id of its team. */
    static final String OWN = "own";

    /** The names of teams, archived ones included, and of members, by their ids. */
    public record Names(Map<String, String> byId) {

        /** Returns the owner in words. */
        public String of(KeyOwner owner) {
            String team = say("team {name}", byId.getOrDefault(owner.teamId(), owner.teamId()));
            if (owner.memberId().isEmpty()) {
                return owner.teamId().isEmpty() ? say("account") : team;
            }
            return owner.teamId().isEmpty() ? member(owner) : say("{a}, {b}", member(owner), team);
        }

        /** Returns the name of the member; empty without one. */
        String member(KeyOwner owner) {
            return byId.getOrDefault(owner.memberId(), owner.memberId());
        }

        /** Returns the owners of some keys as choices of a filter; none if there is one alone. */
        List<FilterChoice> choices(List<Key> keys) {
            Set<String> ids = new LinkedHashSet<>();
            for (Key key : keys) {
                ids.add(key.owner().id().isEmpty() ? ACCOUNT : key.owner().id());
                if (!key.owner().teamId().isEmpty()) {
                    ids.add(key.owner().teamId());
                }
            }
            return ids.size() < 2
                    ? List.of()
                    : ids.stream()
                            .map(id -> new FilterChoice(id, byId.getOrDefault(id, id)))
                            .toList();
        }
    }

    Names names(String account) {
        Map<String, String> names = new HashMap<>(members.names(account));
        teams.everMade(account).forEach(team -> names.put(team.id(), team.name()));
        return new Names(names);
    }

    /** Returns whether an owner was chosen by a filter. */
    static boolean isChosen(KeyOwner owner, String chosen) {
        return chosen.equals(ACCOUNT)
                ? owner.id().isEmpty()
                : chosen.equals(owner.memberId()) || chosen.equals(owner.teamId());
    }

    /** Returns the visitor's membership, which the gate has required. */
    static Membership membership(PageRequest<Visitor.Member> request) {
        return Objects.requireNonNull(request.visitor().person().membership());
    }

    /** Returns the owners for whom a member may create an API key; the first one is chosen at first. */
    List<FilterChoice> creatable(PageRequest<Visitor.Member> request) {
        Membership own = membership(request);
        List<Team> all = teams.list(request.visitor().accountId());
        Map<String, List<Team.Fellow>> fellows = teams.fellows(request.visitor().accountId());
        List<FilterChoice> choices = new ArrayList<>();
        add(choices, own, new KeyOwner("", "", ""), say("The account"));
        boolean isShared =
                !all.isEmpty() || members.list(request.visitor().accountId()).size() > 1;
        if (isShared || choices.isEmpty()) {
            add(choices, own, new KeyOwner(own.id(), "", ""), say("You: a personal key"));
        }
        for (Team team : all) {
            boolean isIn = fellows.getOrDefault(team.id(), List.of()).stream()
                    .anyMatch(fellow -> fellow.memberId().equals(own.id()));
            if (isIn) {
                add(choices, own, new KeyOwner(own.id(), team.id(), ""), say("You, in team {name}", team.name()));
            }
            add(choices, own, new KeyOwner("", team.id(), ""), say("Team {name}: a service key", team.name()));
        }
        return choices;
    }

    private static void add(List<FilterChoice> choices, Membership own, KeyOwner owner, String label) {
        if (KeyRights.mayCreate(own, KeyKind.API, owner)) {
            String team = owner.teamId();
            String value = owner.memberId().isEmpty() ? (team.isEmpty() ? ACCOUNT : team) : (OWN + " " + team).strip();
            choices.add(new FilterChoice(value, label));
        }
    }

    /** Returns the owners to whom a member may move a key. */
    List<FilterChoice> targets(Membership own, Key key) {
        List<FilterChoice> targets = new ArrayList<>();
        if (KeyRights.mayMove(own, key)) {
            if (!key.owner().id().isEmpty()) {
                targets.add(new FilterChoice("", say("The account")));
            }
            for (Team team : teams.list(key.accountId())) {
                if (!key.owner().memberId().isEmpty() || !key.owner().teamId().equals(team.id())) {
                    targets.add(new FilterChoice(team.id(), say("Team {name}", team.name())));
                }
            }
        }
        return targets;
    }
}
