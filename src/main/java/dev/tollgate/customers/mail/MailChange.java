package dev.tollgate.customers.mail;

import dev.tollgate.storage.Decision;

/** What changes the table of mails. */
abstract sealed class MailChange<O> extends Decision<O> permits QueueMail, ClaimMails, EndMail, ForgetMails {}
