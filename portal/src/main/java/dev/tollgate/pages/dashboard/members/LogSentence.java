package dev.tollgate.pages.dashboard.members;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.pages.frame.Display;
import dev.tollgate.pages.frame.Money;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A row of an organization's log as a sentence. Each sentence is one pattern; the names and amounts of the row take the places in braces.
 *
 * @param names of persons, memberships, teams, keys and open invitations by their ids
 */
record LogSentence(Map<String, String> names, ZoneId zone) {

    /**
     * The patterns by the action: alone, with the only thing that changed, with that and {@code +} if there was none before, or {@code -} if there is
     * none any more. {@code {value}} is what it is now, {@code {old}} what it was.
     */
    private static final Map<String, String> PATTERNS =
            """
            budget.set:hour = {who} set the budget of {subject} to {value} an hour.
            budget.set:day = {who} set the budget of {subject} to {value} a day.
            budget.set:week = {who} set the budget of {subject} to {value} a week.
            budget.set:month = {who} set the budget of {subject} to {value} a month.
            budget.set:total = {who} set the budget of {subject} to {value} in all.
            budget.set:hour- = {who} removed the hourly budget of {subject}.
            budget.set:day- = {who} removed the daily budget of {subject}.
            budget.set:week- = {who} removed the weekly budget of {subject}.
            budget.set:month- = {who} removed the monthly budget of {subject}.
            budget.set:total- = {who} removed the budget in all of {subject}.
            budget.set = {who} set the budgets of {subject}.
            contact.set = {who} changed the billing details.
            end_user.erase = {who} erased an end user.
            invitation.create = {who} invited {subject} as {role}.
            invitation.revoke = {who} revoked an invitation.
            key.change:name = {who} renamed the key {old} to {value}.
            key.change:spend.hour = {who} limited the key {subject} to {value} an hour.
            key.change:spend.day = {who} limited the key {subject} to {value} a day.
            key.change:spend.total = {who} limited the key {subject} to {value} in all.
            key.change:spend.hour- = {who} removed the hourly limit of the key {subject}.
            key.change:spend.day- = {who} removed the daily limit of the key {subject}.
            key.change:spend.total- = {who} removed the limit in all of the key {subject}.
            key.change:expires_at = {who} set the key {subject} to expire on {value}.
            key.change:expires_at- = {who} set the key {subject} to never expire.
            key.change = {who} changed the key {subject}: {fields}.
            key.create = {who} made the key {subject}.
            key.delete = {who} deleted the key {subject}.
            key.disable = {who} turned the key {subject} off.
            key.enable = {who} turned the key {subject} on.
            key.move = {who} gave the key {subject} to another owner.
            key.rotate = {who} replaced the secret of the key {subject}.
            member.join = {who} joined as {role}.
            member.leave = {who} left.
            member.remove = {who} removed {subject}.
            member.role:role = {who} changed the role of {subject} from {old} to {value}.
            organization.language:language = {who} set the language of e-mails to {value}.
            organization.language:language- = {who} left the language of e-mails to the operator.
            organization.labels = {who} changed the tags.
            organization.name:name = {who} renamed the organization from {old} to {value}.
            organization.time_zone:time_zone = {who} set the time zone of budgets to {value}.
            payment.begin = {who} began a payment of ${dollars}.
            plan.cancel = {who} cancelled the plan {plan}.
            plan.keep = {who} kept the plan {plan}.
            team.archive = {who} archived the team {subject}.
            team.create = {who} made the team {subject}.
            team.leave = {who} left the team {subject}.
            team.member+ = {who} added {member} to the team {subject}.
            team.member- = {who} removed {member} from the team {subject}.
            team.member:role = {who} made {member} {value} of the team {subject}.
            team.pause = {who} paused the team {subject}.
            team.rename:name = {who} renamed the team {old} to {value}.
            team.resume = {who} resumed the team {subject}.
            voucher.redeem = {who} redeemed a voucher of {credits}.
            webhook.create = {who} made a webhook.
            webhook.delete = {who} deleted a webhook.
            webhook.enable = {who} turned a webhook on.
            webhook.rotate = {who} replaced the secret of a webhook.
            webhook.test = {who} tested a webhook.
            """.lines().map(line -> line.split(" = ", 2)).collect(Collectors.toMap(line -> line[0], line -> line[1]));

    private static final String OTHER = "{who} changed {subject} ({action}).";
    private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");
    private static final Set<String> AMOUNTS =
            Set.of("hour", "day", "week", "month", "total", "credits", "spend.hour", "spend.day", "spend.total");
    private static final Map<String, String> OWNERS = Map.of(
            "account",
            "the organization",
            "organization",
            "the organization",
            "each_member",
            "each member",
            "operator",
            "The operator");

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
        values.put("subject", name(line.subject()));
        values.put("action", line.action());
        values.put(
                "fields",
                changed.stream()
                        .map(it -> it.replaceFirst("\\..*", "").replace('_', ' '))
                        .distinct()
                        .collect(Collectors.joining(", ")));
        values.put("old", before.containsKey(path) ? text(path, before.get(path)) : "–");
        values.put("value", after.containsKey(path) ? text(path, after.get(path)) : "–");
        String sign = line.beforeJson() == null ? "+" : line.afterJson() == null ? "-" : "";
        return filled(pattern(line.action(), path, after.containsKey(path) ? "" : "-", sign), values);
    }

    private static String pattern(String action, String path, String end, String sign) {
        return List.of(action + ":" + path + end, action + sign, action).stream()
                .map(PATTERNS::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(OTHER);
    }

    private static String filled(String pattern, Map<String, String> values) {
        return PLACE.matcher(pattern)
                .replaceAll(place -> Matcher.quoteReplacement(values.getOrDefault(place.group(1), "–")));
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
            return Display.price(micros) + " credits (" + Money.DOLLARS.sum(micros) + ")";
        }
        return path.equals("expires_at") && value.isIntegralNumber()
                ? Display.day(Instant.ofEpochSecond(value.asLong()), zone)
                : name(text);
    }

    /** Returns who acted: a management key says that it is one. */
    String who(String id) {
        return id.startsWith("key_") ? "Key " + name(id) : name(id);
    }

    /** Returns a name instead of an id. */
    String name(String id) {
        return names.getOrDefault(id, OWNERS.getOrDefault(id, id.startsWith("inv_") ? "someone" : id));
    }
}
