-- Which changes of models a person was mailed, each like gemini-2.5-pro@2026-12-01, so that each is mailed once.
ALTER TABLE told_notice ADD COLUMN models TEXT NOT NULL DEFAULT '';
