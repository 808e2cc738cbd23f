package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.customers.figures.CsvExport;
import dev.tollgate.customers.members.Members;
import dev.tollgate.customers.teams.Team;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.KeyView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of an organization's teams and members, archived and former ones included, for readers who see all keys. Empty for others, and for an
 * account without teams or with one member.
 *
 * @param teams by their ids
 * @param members names by the ids of memberships
 */
public record OwnerNames(Map<String, String> teams, Map<String, String> members) {

    public static final OwnerNames NONE = new OwnerNames(Map.of(), Map.of());

    /** Reads the names of teams and members. */
    public record Reader(Teams teams, Members members) {

        public OwnerNames of(String account, KeyView view) {
            return view.isAll() ? new OwnerNames(ofTeams(account), ofMembers(account)) : NONE;
        }

        private Map<String, String> ofTeams(String account) {
            Map<String, String> names = new LinkedHashMap<>();
            for (Team team : teams.everMade(account)) {
                names.put(team.id(), team.archivedAt() == null ? team.name() : say("{name} (archived)", team.name()));
            }
            return sorted(names);
        }

        private Map<String, String> ofMembers(String account) {
            Map<String, String> names = new LinkedHashMap<>(members.names(account));
            names.keySet().removeIf(id -> !id.startsWith("mem_"));
            return names.size() < 2 ? Map.of() : sorted(names);
        }
    }

    private static Map<String, String> sorted(Map<String, String> names) {
        Map<String, String> sorted = new LinkedHashMap<>();
        names.entrySet().stream()
                .sorted(Map.Entry.<String, String>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .forEach(each -> sorted.put(each.getKey(), each.getValue()));
        return sorted;
    }

    /** Returns a team's name. @param id empty for the keys without one */
    public String team(String id) {
        return id.isEmpty() ? say("No team") : teams.getOrDefault(id, id);
    }

    /** Returns a member's name. @param id empty for the keys without one */
    public String member(String id) {
        return id.isEmpty() ? say("No member") : members.getOrDefault(id, id);
    }

    /** Returns the names that files have next to the ids. */
    public static CsvExport.Names inFiles(KeyNames keys, OwnerNames owners) {
        return new CsvExport.Names(keys::name, owners::team, owners::member);
    }

    public List<FilterChoice> teamChoices() {
        return choices(teams);
    }

    public List<FilterChoice> memberChoices() {
        return choices(members);
    }

    private static List<FilterChoice> choices(Map<String, String> names) {
        return names.entrySet().stream()
                .map(each -> new FilterChoice(each.getKey(), each.getValue()))
                .toList();
    }
}
