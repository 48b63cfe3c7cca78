drop function public.audit_chains(date, date);
drop table public.audit_checkpoints;
drop index public.audit_by_day;
drop index public.audit_by_result;
drop index public.audit_by_subject;
drop index public.audit_by_action;
drop index public.audit_by_actor;
drop index public.audit_by_time;
create index audit_by_time on public.audit (at);
drop index public.audit_before_chain;
drop index public.audit_by_chain;
alter table public.audit
  alter column actor type text collate "default",
  alter column action type text collate "default",
  alter column subject type text collate "default",
  drop constraint audit_chained_whole,
  drop column hash,
  drop column previous,
  drop column sequence,
  drop column day,
  drop column node,
  drop column count,
  drop column reason;
