// The English catalogue. Legal terms keep to one translation each; GLOSSARY.md lists them.
import type { Catalogue } from './index';

export const en: Catalogue = {
  'app.name': 'THADS ledger',
  'app.agency': 'Provincial civil judgment enforcement',
  'app.skip': 'Skip to content',
  'app.rooms': 'Rooms',
  'app.account': 'Account and display',
  'app.language': 'Language',
  'app.theme': 'Appearance',
  'app.notFound': 'There is no such page',
  'app.notFoundText': 'The address may be mistyped, or the page has moved.',
  'app.home': 'Go to the overview',
  'app.crashed': 'This page failed',
  'app.crashedText': 'No data are affected. Reload the page; if it fails again, tell the administrator.',

  'language.vi': 'Tiếng Việt',
  'language.en': 'English',
  'theme.system': 'As the device',
  'theme.light': 'Light',
  'theme.dark': 'Dark',

  'room.overview': 'Overview',

  'action.retry': 'Try again',
  'action.reload': 'Reload the page',

  'state.loading': 'Loading',
  'state.stale': 'Could not refresh; showing what was loaded before.',
  'state.signedOut': 'You are not signed in',
  'state.signedOutText': 'This is only for people who have signed in.',
  'state.forbidden': 'You may not see this',
  'state.forbiddenText': 'If your work needs it, ask the administrator of your unit for the right.',
  'state.building': 'The ledger is being rebuilt',
  'state.buildingText': 'The server has just started and is reading its figures. Try again in a moment.',
  'state.timeout': 'The server took too long',
  'state.timeoutText': 'Narrow the filters and try again.',
  'state.unreachable': 'The server cannot be reached',
  'state.unreachableText': 'Check the network and try again. What you typed is still here.',
  'state.failed': 'This could not be loaded',
  'state.failedText': 'The server had a fault. If trying again does not help, tell the administrator and quote the id below.',
  'state.requestId': 'request {id}',

  'field.datePattern': 'dd/mm/yyyy',
  'field.dateProblem': 'Not a date; write day/month/year, such as 30/09/2019',
  'field.dongProblem': 'Not an amount; write 1.500.000 or 1,5 triệu',

  'pager.label': 'Pages',
  'pager.first': 'Start of list',
  'pager.previous': 'Previous',
  'pager.next': 'Next',
};
