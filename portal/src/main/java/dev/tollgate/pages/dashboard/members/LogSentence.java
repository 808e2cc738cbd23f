package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.base.words.Words.say;
import static java.util.Map.entry;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.MemberRole;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.words.Joined;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A row of an organization's log as a sentence. Each sentence is one pattern; the names and amounts of the row are its values.
 *
 * @param names of persons, memberships, teams, keys and open invitations by their ids
 */
record LogSentence(Map<String, String> names, ZoneId zone) {

    /** The names and amounts of a row, by what they are: {@code value} is what the only changed thing is now, {@code old} what it was. */
    private record Parts(Map<String, String> texts) {

        String get(String name) {
            return texts.getOrDefault(name, "–");
        }

        String who() {
            return get("who");
        }

        String subject() {
            return get("subject");
        }

        String value() {
            return get("value");
        }

        String old() {
            return get("old");
        }
    }

    /**
     * The sentences by the action: alone, with the only thing that changed, with that and {@code +} if there was none before, or {@code -} if there is
     * none any more.
     */
    private static final Map<String, Function<Parts, String>> SENTENCES = Map.ofEntries(
            entry("batch.cancel", it -> say("{who} cancelled the batch {subject}.", it.who(), it.subject())),
            entry(
                    "budget.set:hour",
                    it -> say(
                            "{who} set the budget of {subject} to {value} an hour.",
                            it.who(),
                            it.subject(),
                            it.value())),
            entry(
                    "budget.set:day",
                    it -> say(
                            "{who} set the budget of {subject} to {value} a day.", it.who(), it.subject(), it.value())),
            entry(
                    "budget.set:week",
                    it -> say(
                            "{who} set the budget of {subject} to {value} a week.",
                            it.who(),
                            it.subject(),
                            it.value())),
            entry(
                    "budget.set:month",
                    it -> say(
                            "{who} set the budget of {subject} to {value} a month.",
                            it.who(),
                            it.subject(),
                            it.value())),
            entry(
                    "budget.set:total",
                    it -> say(
                            "{who} set the budget of {subject} to {value} in all.",
                            it.who(),
                            it.subject(),
                            it.value())),
            entry(
                    "budget.set:hour-",
                    it -> say("{who} removed the hourly budget of {subject}.", it.who(), it.subject())),
            entry("budget.set:day-", it -> say("{who} removed the daily budget of {subject}.", it.who(), it.subject())),
            entry(
                    "budget.set:week-",
                    it -> say("{who} removed the weekly budget of {subject}.", it.who(), it.subject())),
            entry(
                    "budget.set:month-",
                    it -> say("{who} removed the monthly budget of {subject}.", it.who(), it.subject())),
            entry(
                    "budget.set:total-",
                    it -> say("{who} removed the budget in all of {subject}.", it.who(), it.subject())),
            entry("budget.set", it -> say("{who} set the budgets of {subject}.", it.who(), it.subject())),
            entry("contact.set", it -> say("{who} changed the billing details.", it.who())),
            entry("end_user.erase", it -> say("{who} erased an end user.", it.who())),
            entry(
                    "invitation.create",
                    it -> say("{who} invited {subject} as {role}.", it.who(), it.subject(), it.get("role"))),
            entry("invitation.revoke", it -> say("{who} revoked an invitation.", it.who())),
            entry(
                    "key.change:name",
                    it -> say("{who} renamed the key {old} to {value}.", it.who(), it.old(), it.value())),
            entry(
                    "key.change:spend.hour",
                    it -> say(
                            "{who} limited the key {subject} to {value} an hour.", it.who(), it.subject(), it.value())),
            entry(
                    "key.change:spend.day",
                    it -> say("{who} limited the key {subject} to {value} a day.", it.who(), it.subject(), it.value())),
            entry(
                    "key.change:spend.total",
                    it -> say(
                            "{who} limited the key {subject} to {value} in all.", it.who(), it.subject(), it.value())),
            entry(
                    "key.change:spend.hour-",
                    it -> say("{who} removed the hourly limit of the key {subject}.", it.who(), it.subject())),
            entry(
                    "key.change:spend.day-",
                    it -> say("{who} removed the daily limit of the key {subject}.", it.who(), it.subject())),
            entry(
                    "key.change:spend.total-",
                    it -> say("{who} removed the limit in all of the key {subject}.", it.who(), it.subject())),
            entry(
                    "key.change:expires_at",
                    it -> say("{who} set the key {subject} to expire on {value}.", it.who(), it.subject(), it.value())),
            entry(
                    "key.change:expires_at-",
                    it -> say("{who} set the key {subject} to never expire.", it.who(), it.subject())),
            entry(
                    "key.change",
                    it -> say("{who} changed the key {subject}: {fields}.", it.who(), it.subject(), it.get("fields"))),
            entry("key.create", it -> say("{who} made the key {subject}.", it.who(), it.subject())),
            entry("key.delete", it -> say("{who} deleted the key {subject}.", it.who(), it.subject())),
            entry("key.disable", it -> say("{who} turned the key {subject} off.", it.who(), it.subject())),
            entry("key.enable", it -> say("{who} turned the key {subject} on.", it.who(), it.subject())),
            entry("key.move", it -> say("{who} gave the key {subject} to another owner.", it.who(), it.subject())),
            entry("key.rotate", it -> say("{who} replaced the secret of the key {subject}.", it.who(), it.subject())),
            entry("member.join", it -> say("{who} joined as {role}.", it.who(), it.get("role"))),
            entry("member.leave", it -> say("{who} left.", it.who())),
            entry("member.remove", it -> say("{who} removed {subject}.", it.who(), it.subject())),
            entry(
                    "member.role:role",
                    it -> say(
                            "{who} changed the role of {subject} from {old} to {value}.",
                            it.who(),
                            it.subject(),
                            it.old(),
                            it.value())),
            entry(
                    "organization.language:language",
                    it -> say("{who} set the language of e-mails to {value}.", it.who(), it.value())),
            entry(
                    "organization.language:language-",
                    it -> say("{who} left the language of e-mails to the operator.", it.who())),
            entry("organization.labels", it -> say("{who} changed the tags.", it.who())),
            entry(
                    "organization.name:name",
                    it -> say("{who} renamed the organization from {old} to {value}.", it.who(), it.old(), it.value())),
            entry(
                    "organization.time_zone:time_zone",
                    it -> say("{who} set the time zone of budgets to {value}.", it.who(), it.value())),
            entry("payment.begin", it -> say("{who} began a payment of ${dollars}.", it.who(), it.get("dollars"))),
            entry(
                    "plan.buy",
                    it -> say(
                            "{who} began a payment of ${dollars} for the plan {plan}.",
                            it.who(),
                            it.get("dollars"),
                            it.get("plan"))),
            entry("plan.cancel", it -> say("{who} cancelled the plan {plan}.", it.who(), it.get("plan"))),
            entry("plan.keep", it -> say("{who} kept the plan {plan}.", it.who(), it.get("plan"))),
            entry("team.archive", it -> say("{who} archived the team {subject}.", it.who(), it.subject())),
            entry("team.create", it -> say("{who} made the team {subject}.", it.who(), it.subject())),
            entry("team.leave", it -> say("{who} left the team {subject}.", it.who(), it.subject())),
            entry(
                    "team.member+",
                    it -> say("{who} added {member} to the team {subject}.", it.who(), it.get("member"), it.subject())),
            entry(
                    "team.member-",
                    it -> say(
                            "{who} removed {member} from the team {subject}.",
                            it.who(),
                            it.get("member"),
                            it.subject())),
            entry(
                    "team.member:role",
                    it -> say(
                            "{who} made {member} {value} of the team {subject}.",
                            it.who(),
                            it.get("member"),
                            it.value(),
                            it.subject())),
            entry("team.pause", it -> say("{who} paused the team {subject}.", it.who(), it.subject())),
            entry(
                    "team.rename:name",
                    it -> say("{who} renamed the team {old} to {value}.", it.who(), it.old(), it.value())),
            entry("team.resume", it -> say("{who} resumed the team {subject}.", it.who(), it.subject())),
            entry("voucher.redeem", it -> say("{who} redeemed a voucher of {credits}.", it.who(), it.get("credits"))),
            entry("webhook.create", it -> say("{who} made a webhook.", it.who())),
            entry("webhook.delete", it -> say("{who} deleted a webhook.", it.who())),
            entry("webhook.events", it -> say("{who} chose the events of a webhook.", it.who())),
            entry("webhook.enable", it -> say("{who} turned a webhook on.", it.who())),
            entry("webhook.rotate", it -> say("{who} replaced the secret of a webhook.", it.who())),
            entry("webhook.test", it -> say("{who} tested a webhook.", it.who())));

    private static final Set<String> AMOUNTS =
            Set.of("hour", "day", "week", "month", "total", "credits", "spend.hour", "spend.day", "spend.total");

    String of(AccountLog.Line line) {
        Map<String, JsonNode> before = flat(line.beforeJson());
        Map<String, JsonNode> after = flat(line.afterJson());
        Set<String> changed = new TreeSet<>(before.keySet());
        changed.addAll(after.keySet());
        changed.removeIf(path -> Objects.equals(before.get(path), after.get(path)));
        String path = changed.size() == 1 ? changed.iterator().next() : "";
        Map<String, String> values = new HashMap<>();
        before.forEach((name, value) -> values.put(name, text(name, value)));
        after.forEach((name, value) -> values.put(name, text(name, value)));
        values.put("who", who(line.actor()));
        values.put("subject", line.action().equals("budget.set") ? owner(line.subject()) : name(line.subject()));
        values.put("action", line.action());
        values.put(
                "fields",
                Joined.facts(changed.stream()
                        .map(it -> it.replaceFirst("\\..*", ""))
                        .distinct()
                        .map(LogSentence::field)));
        values.put("old", before.containsKey(path) ? text(path, before.get(path)) : "–");
        values.put("value", after.containsKey(path) ? text(path, after.get(path)) : "–");
        String sign = line.beforeJson() == null ? "+" : line.afterJson() == null ? "-" : "";
        return sentence(line.action(), path, after.containsKey(path) ? "" : "-", sign)
                .apply(new Parts(values));
    }

    private static Function<Parts, String> sentence(String action, String path, String end, String sign) {
        return Stream.of(action + ":" + path + end, action + sign, action)
                .map(SENTENCES::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(it -> say("{who} changed {subject} ({action}).", it.who(), it.subject(), it.get("action")));
    }

    /** Returns the word of a field of a key. */
    private static String field(String code) {
        return switch (code) {
            case "allow" -> say("allow");
            case "expires_at" -> say("expires at");
            case "models" -> say("models");
            case "name" -> say("name");
            case "prices" -> say("prices");
            case "rates" -> say("rates");
            case "spend" -> say("spend");
            case "tags" -> say("tags");
            default -> code.replace('_', ' ');
        };
    }

    /** Returns the members of an object that are not null. Members of inner objects have their path as their name. */
    private static Map<String, JsonNode> flat(@Nullable String json) {
        Map<String, JsonNode> flat = new TreeMap<>();
        if (json != null) {
            add(flat, "", ApiJson.MAPPER.readTree(json));
        }
        return flat;
    }

    private static void add(Map<String, JsonNode> flat, String begin, JsonNode object) {
        object.properties().forEach(member -> {
            String path = begin + member.getKey();
            if (member.getValue().isObject()) {
                add(flat, path + ".", member.getValue());
            } else if (!member.getValue().isNull()) {
                flat.put(path, member.getValue());
            }
        });
    }

    private String text(String path, JsonNode value) {
        String text = value.isString() ? value.asString() : value.toString();
        if (AMOUNTS.contains(path) && text.matches("[0-9]{1,12}(\\.[0-9]{1,6})?")) {
            long micros = new BigDecimal(text).movePointRight(6).longValueExact();
            return say("{credits} credits ({dollars})", Display.price(micros), Money.DOLLARS.sum(micros));
        }
        if (path.equals("role")) {
            return Arrays.stream(MemberRole.values())
                    .filter(role -> role.text().equals(text))
                    .map(role -> role.word().said())
                    .findFirst()
                    .orElse(text);
        }
        return path.equals("expires_at") && value.isIntegralNumber()
                ? Display.day(Instant.ofEpochSecond(value.asLong()), zone)
                : name(text);
    }

    /** Returns who acted: a management key says that it is one. */
    String who(String id) {
        return id.startsWith("key_") ? say("Key {name}", name(id)) : name(id);
    }

    /** Returns the owner of a budget: teams and keys say that they are one. */
    private String owner(String id) {
        String name = name(id);
        return id.startsWith("team_")
                ? say("team {name}", name)
                : id.startsWith("key_") ? say("key {name}", name) : name;
    }

    /** Returns a name instead of an id. */
    String name(String id) {
        String name = names.get(id);
        return name != null
                ? name
                : switch (id) {
                    case "account", "organization" -> say("the organization");
                    case "each_member" -> say("each member");
                    case "operator" -> say("The operator");
                    default -> id.startsWith("inv_") ? say("someone") : id;
                };
    }
}
